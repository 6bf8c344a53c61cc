/**
 * The story of a VaultDynamicSecret: gather the facts, ask the planner, act, and ask again until there is nothing to
 * do but wait; then report. And of one that is gone and left records behind.
 */
import { orLookAt } from '../../plan/leased/dynamic-due.ts';
import { nextDueAt, planDynamic } from '../../plan/leased/dynamic-secret.ts';
import { summariseSync } from '../../plan/status/status.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import { reconcileGone } from '../credential/gone.ts';
import { keepAlive } from '../credential/keep-alive.ts';
import { countSync, leaseNext, reported } from '../credential/next.ts';
import { type Learned, nothingLearned, type Renewing, type Turn } from '../credential/turn.ts';
import { inTurns } from '../credential/turns.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import { caught } from '../report.ts';
import { carryOut } from './acts.ts';
import { gatherDynamic } from './gather.ts';
import { endInPlace, renewalFacts, reportDynamic } from './report.ts';
import { isUnleased, reconcileUnleased } from './unleased.ts';

export async function reconcileDynamic(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) return reconcileGone(deps, ref, context);
  const learned = nothingLearned();
  try {
    const turn = await firstTurn(deps, stored, learned, context);
    return await runTurns(stored, turn);
  } catch (thrown) {
    return failedToGather({ deps, learned, context }, stored, caught(thrown, context));
  }
}

async function firstTurn(
  deps: Deps,
  stored: StoredObject,
  learned: Learned,
  context: ReconcileContext,
): Promise<Turn> {
  const situation = await gatherDynamic(deps, stored, learned, context.signal);
  return { deps, situation, learned, context };
}

async function runTurns(stored: StoredObject, first: Turn): Promise<Outcome> {
  const { deps, learned, context } = first;
  const story = {
    gather: () => firstTurn(deps, stored, learned, context),
    act: (turn: Turn) => takeTurn(stored, turn),
    settle: (turn: Turn, fault: Fault | undefined) => settle(stored, turn, fault),
  };
  return inTurns(story, first, context);
}

/** Undefined when there is more to do. */
async function takeTurn(stored: StoredObject, turn: Turn): Promise<Outcome | 'wait' | undefined> {
  const plan = planDynamic(turn.situation.world);
  if (plan.kind === 'wait') return 'wait';
  if (isUnleased(turn, plan)) return reconcileUnleased(stored, turn);
  await carryOut(turn, plan);
  return undefined;
}

async function settle(
  stored: StoredObject,
  turn: Turn,
  fault: Fault | undefined,
): Promise<Outcome> {
  const report = await reportDynamic(stored, turn, fault);
  countSync(turn, report);
  const { world, object } = turn.situation;
  const nextAt = orLookAt(object.spec.destination, nextDueAt(world), turn.deps.clock.now());
  const next = leaseNext({ nextAt, endsAt: endInPlace(turn) });
  return reported(turn.deps, report, next, turn.context);
}

/** The specification is refused, or the Secret cannot be read: whatever is in place stays and is kept alive. */
async function failedToGather(
  renewing: Renewing,
  stored: StoredObject,
  fault: Fault,
): Promise<Outcome> {
  const { deps, learned, context } = renewing;
  const kept = await keepAlive(renewing, stored);
  const isAlive = kept.endsAt !== undefined && deps.clock.now() < kept.endsAt;
  const summary = summariseSync({
    usable: isAlive,
    synced: false,
    fault: kept.fault ?? fault,
    renewal: renewalFacts(learned, kept.fault),
  });
  const report = { stored, fault: kept.fault ?? fault, summary, fields: {}, events: [] };
  return reported(deps, report, leaseNext(kept), context);
}
