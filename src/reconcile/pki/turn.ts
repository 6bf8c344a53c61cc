/** One turn of the reconcile of a VaultPKISecret. */
import type { VaultPKISecret } from '../../api/vault-pki-secret.ts';
import type { CertificateFacts } from '../../plan/pki/certificate.ts';
import type { PkiWorld } from '../../plan/pki/pki-secret.ts';
import type { Situation, Turn } from '../credential/turn.ts';

export interface PkiSituation extends Situation<VaultPKISecret> {
  /** In the Secret, where no record tells of one. */
  readonly found: CertificateFacts | undefined;
  readonly pki: PkiWorld;
}

export interface PkiTurn extends Turn<VaultPKISecret> {
  readonly situation: PkiSituation;
}
