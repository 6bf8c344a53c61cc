/** One turn of the reconcile of a VaultDynamicSecret. */
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import type { Stray } from '../../plan/credential/stray.ts';
import type { Situation, Turn } from '../credential/turn.ts';

export interface LeasedSituation extends Situation<VaultDynamicSecret> {
  readonly stray: Stray | undefined;
}

export interface LeasedTurn extends Turn<VaultDynamicSecret> {
  readonly situation: LeasedSituation;
}
