/**
 * The story of any object with a credential: gather the facts, ask the planner, act, and ask again until there is
 * nothing to do but wait until the credential is due; then report. And of one that is gone and left records behind.
 */
import { orLookAt } from '../../plan/credential/due.ts';
import { nextDueAt } from '../../plan/credential/next-act.ts';
import { type RenewalFacts, type SyncFacts, summariseSync } from '../../plan/status/status.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import { caught, type Report } from '../report.ts';
import { reconcileGone } from './gone.ts';
import { keepAlive } from './keep-alive.ts';
import { leaseNext, reported } from './next.ts';
import { endInPlace, renewalFacts, reportCredential, type Voice } from './report.ts';
import { nothingLearned, type Renewing, type Turn } from './turn.ts';
import { inTurns } from './turns.ts';

/** In what the story of one kind differs from that of another. */
export interface CredentialKind<KindTurn extends Turn> {
  /** Throws what is wrong with the object, or hinders looking at it. */
  readonly gather: (renewing: Renewing, stored: StoredObject) => Promise<KindTurn>;
  /** As Story.act. */
  readonly act: (turn: KindTurn) => Promise<Outcome | 'wait' | undefined>;
  readonly voice: Voice<KindTurn>;
  /** What is said of one that could not be gathered; `renewal`: how keeping it alive went. */
  readonly unseen: (
    fault: Fault,
    renewal: RenewalFacts | undefined,
  ) => Pick<SyncFacts, 'renewal'> & Pick<Report, 'fields'>;
}

export async function reconcileCredential<KindTurn extends Turn>(
  kind: CredentialKind<KindTurn>,
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) return reconcileGone(deps, ref, context);
  const renewing = { deps, learned: nothingLearned(), context };
  const story = {
    gather: () => kind.gather(renewing, stored),
    act: kind.act,
    settle: (turn: KindTurn, fault: Fault | undefined) => settle(kind, turn, fault),
  };
  try {
    return await inTurns(story, await story.gather(), context);
  } catch (thrown) {
    return failedToGather(kind, renewing, stored, caught(thrown, context));
  }
}

async function settle<KindTurn extends Turn>(
  { voice }: CredentialKind<KindTurn>,
  turn: KindTurn,
  fault: Fault | undefined,
): Promise<Outcome> {
  const { deps, situation, context } = turn;
  const report = await reportCredential(voice, turn, fault);
  countSync(turn, report);
  const { world, object } = situation;
  const nextAt = orLookAt(object.spec.destination, nextDueAt(world), deps.clock.now());
  const next = leaseNext({ nextAt, endsAt: endInPlace(voice, turn) });
  return reported(deps, report, next, context);
}

function countSync({ learned, context }: Renewing, { stored, fault }: Report): void {
  const outcome = learned.written ? 'written' : 'unchanged';
  const result = fault ? 'failed' : outcome;
  context.observer.count('vault_lease_operator_syncs_total', { kind: stored.kind, result });
}

/** The specification is refused, or the Secret cannot be read: whatever is in place stays and is kept alive. */
async function failedToGather<KindTurn extends Turn>(
  { unseen }: CredentialKind<KindTurn>,
  renewing: Renewing,
  stored: StoredObject,
  failure: Fault,
): Promise<Outcome> {
  const { deps, learned, context } = renewing;
  const kept = await keepAlive(renewing, stored);
  const usable = kept.endsAt !== undefined && deps.clock.now() < kept.endsAt;
  const fault = kept.fault ?? failure;
  const { renewal, fields } = unseen(fault, renewalFacts(learned, kept.fault));
  const summary = summariseSync({ usable, synced: false, fault, renewal });
  return reported(deps, { stored, fault, summary, fields, events: [] }, leaseNext(kept), context);
}
