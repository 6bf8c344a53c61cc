/**
 * The story of a VaultPKISecret: gather the facts, ask the planner, act, and ask again until there is nothing to do but
 * wait until the certificate is due; then report. A certificate is a credential like a leased one: issued under a token
 * of its own that is on record first, replaced with overlap, and undone when nothing uses it any more.
 */
import { orLookAt } from '../../plan/leased/dynamic-due.ts';
import { nextDueAt } from '../../plan/leased/dynamic-secret.ts';
import { planPki } from '../../plan/pki/pki-secret.ts';
import { summariseSync } from '../../plan/status/status.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import { reconcileGone } from '../credential/gone.ts';
import { keepAlive } from '../credential/keep-alive.ts';
import { countSync, leaseNext, reported } from '../credential/next.ts';
import { nothingLearned, type Renewing } from '../credential/turn.ts';
import { inTurns } from '../credential/turns.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import { caught } from '../report.ts';
import { carryOutPki } from './acts.ts';
import { gatherPki, type PkiTurn } from './gather.ts';
import { certificateEndsAt, reportPki } from './report.ts';

export async function reconcilePki(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) return reconcileGone(deps, ref, context);
  const learned = nothingLearned();
  const gather = async (): Promise<PkiTurn> => {
    const situation = await gatherPki(deps, stored, learned, context.signal);
    return { deps, situation, learned, context };
  };
  const settleIt = (turn: PkiTurn, fault: Fault | undefined) => settle(stored, turn, fault);
  try {
    return await inTurns({ gather, act, settle: settleIt }, await gather(), context);
  } catch (thrown) {
    return failedToGather({ deps, learned, context }, stored, caught(thrown, context));
  }
}

async function act(turn: PkiTurn): Promise<'wait' | undefined> {
  const plan = planPki(turn.situation.pki);
  if (plan.kind === 'wait') return 'wait';
  await carryOutPki(turn, plan);
  return undefined;
}

async function settle(
  stored: StoredObject,
  turn: PkiTurn,
  fault: Fault | undefined,
): Promise<Outcome> {
  const { deps, situation, context } = turn;
  const report = await reportPki(stored, turn, fault);
  countSync(turn, report);
  const nextAt = orLookAt(
    situation.object.spec.destination,
    nextDueAt(situation.world),
    deps.clock.now(),
  );
  return reported(deps, report, leaseNext({ nextAt, endsAt: certificateEndsAt(turn) }), context);
}

/** The specification is refused, or the Secret cannot be read: whatever is in place stays. */
async function failedToGather(
  renewing: Renewing,
  stored: StoredObject,
  fault: Fault,
): Promise<Outcome> {
  const { deps, context } = renewing;
  const kept = await keepAlive(renewing, stored);
  const isAlive = kept.endsAt !== undefined && deps.clock.now() < kept.endsAt;
  const told = kept.fault ?? fault;
  const report = {
    stored,
    fault: told,
    summary: summariseSync({ usable: isAlive, synced: false, fault: told }),
    fields: { valid: false, error: told.message },
    events: [],
  };
  return reported(deps, report, leaseNext(kept), context);
}
