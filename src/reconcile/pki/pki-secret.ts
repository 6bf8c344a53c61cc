/**
 * The story of a VaultPKISecret, where it differs from that of every credential. A certificate is issued under a token
 * of its own that is on record first, replaced with overlap, and undone when nothing uses it any more, as a leased one.
 */
import { planPki } from '../../plan/pki/pki-secret.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Ref } from '../../runtime/ref.ts';
import { type CredentialKind, reconcileCredential } from '../credential/story.ts';
import type { Deps } from '../deps.ts';
import { carryOutPki } from './acts.ts';
import { gatherPki } from './gather.ts';
import { PKI_VOICE, validity } from './report.ts';
import type { PkiTurn } from './turn.ts';

const PKI: CredentialKind<PkiTurn> = {
  gather: gatherPki,
  act,
  voice: PKI_VOICE,
  unseen: (fault) => ({ fields: validity(fault) }),
};

export function reconcilePki(deps: Deps, ref: Ref, context: ReconcileContext): Promise<Outcome> {
  return reconcileCredential(PKI, deps, ref, context);
}

async function act(turn: PkiTurn): Promise<'wait' | undefined> {
  const plan = planPki(turn.situation.pki);
  if (plan.kind === 'wait') return 'wait';
  await carryOutPki(turn, plan);
  return undefined;
}
