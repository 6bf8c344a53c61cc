/** The story of a VaultDynamicSecret, where it differs from that of every credential. */
import { planCredential } from '../../plan/credential/next-act.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Ref } from '../../runtime/ref.ts';
import { type CredentialKind, reconcileCredential } from '../credential/story.ts';
import type { Deps } from '../deps.ts';
import { carryOut } from './acts.ts';
import { gatherDynamic } from './gather.ts';
import { LEASED_VOICE } from './report.ts';
import type { LeasedTurn } from './turn.ts';
import { isUnleased, reconcileUnleased } from './unleased.ts';

const DYNAMIC: CredentialKind<LeasedTurn> = {
  gather: gatherDynamic,
  act,
  voice: LEASED_VOICE,
  unseen: (_, renewal) => ({ renewal, fields: {} }),
};

export function reconcileDynamic(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  return reconcileCredential(DYNAMIC, deps, ref, context);
}

async function act(turn: LeasedTurn): Promise<Outcome | 'wait' | undefined> {
  const plan = planCredential(turn.situation.world);
  if (plan.kind === 'wait') return 'wait';
  if (isUnleased(turn, plan)) return reconcileUnleased(turn);
  await carryOut(turn, plan);
  return undefined;
}
