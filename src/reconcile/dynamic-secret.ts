/**
 * The story of a VaultDynamicSecret: gather the facts, ask the planner, act, and ask again until there is nothing to
 * do but wait; then report. And of one that is gone and left records behind.
 */
import { nextDueAt, planDynamic } from '../plan/dynamic-secret.ts';
import { summariseSync } from '../plan/status.ts';
import type { Outcome, ReconcileContext } from '../runtime/controller.ts';
import type { Fault } from '../runtime/fault.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import type { Deps } from './deps.ts';
import { type Act, carryOut } from './dynamic-acts.ts';
import { gatherDynamic } from './dynamic-gather.ts';
import { keepAlive } from './dynamic-keep-alive.ts';
import { leaseNext, reported } from './dynamic-next.ts';
import { endInPlace, renewalFacts, reportDynamic } from './dynamic-report.ts';
import { retire } from './dynamic-retire.ts';
import { type Learned, nothingLearned, type Renewing, type Turn } from './dynamic-turn.ts';
import { lockedEndsAt } from './ledger-lock.ts';
import { ownerOf } from './load.ts';
import type { StoredObject } from './ports.ts';
import { caught } from './report.ts';
import { isUnleased, reconcileUnleased } from './unleased.ts';

/** Far more than any way through the planner takes. Reaching it is a bug that must not become a storm of calls. */
const MOST_TURNS = 20;
/** A store that still lacks an object which the API server has will soon be told. */
const STALE_STORE_MS = 5_000;

export async function reconcileDynamic(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) return reconcileGone(deps, ref, context);
  const learned = nothingLearned();
  try {
    await deps.objects.stripFinalizers(stored, context.signal);
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
  let turn = first;
  let fault: Fault | undefined;
  try {
    for (let count = 0; count < MOST_TURNS; count += 1) {
      const plan = planDynamic(turn.situation.world);
      if (plan.kind === 'wait') return await settle(stored, turn, undefined);
      const outcome = await takeTurn(stored, turn, plan);
      if (outcome) return outcome;
      turn = await firstTurn(deps, stored, learned, context);
    }
    throw new Error('the planner of leased credentials does not settle');
  } catch (thrown) {
    fault = caught(thrown, context);
  }
  return settle(stored, await latestTurn(stored, turn), fault);
}

/** Undefined when there is more to do. */
async function takeTurn(stored: StoredObject, turn: Turn, act: Act): Promise<Outcome | undefined> {
  if (isUnleased(turn, act)) return reconcileUnleased(stored, turn);
  await carryOut(turn, act);
  return undefined;
}

/** What failed may have changed the facts: the report is about how things are now. */
async function latestTurn(stored: StoredObject, turn: Turn): Promise<Turn> {
  const { deps, learned, context } = turn;
  return firstTurn(deps, stored, learned, context).catch(() => turn);
}

async function settle(
  stored: StoredObject,
  turn: Turn,
  fault: Fault | undefined,
): Promise<Outcome> {
  const report = await reportDynamic(stored, turn, fault);
  const outcome = turn.learned.written ? 'written' : 'unchanged';
  const result = report.fault ? 'failed' : outcome;
  turn.context.observer.count('vault_lease_operator_syncs_total', { kind: stored.kind, result });
  const next = leaseNext({ nextAt: nextDueAt(turn.situation.world), endsAt: endInPlace(turn) });
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
  const endsAt = kept.endsAt ?? lockedEndsAt(deps, ownerOf(stored), Object(stored.status));
  const isAlive = endsAt !== undefined && deps.clock.now() < endsAt;
  const summary = summariseSync({
    usable: isAlive,
    synced: false,
    fault: kept.fault ?? fault,
    renewal: renewalFacts(learned, kept.fault),
  });
  const report = { stored, fault: kept.fault ?? fault, summary, fields: {}, events: [] };
  return reported(deps, report, leaseNext(kept), context);
}

/** The object is gone when a live read says so for its uid, never because the store lacks it. */
async function reconcileGone(deps: Deps, ref: Ref, context: ReconcileContext): Promise<Outcome> {
  deps.strays.delete(keyOf(ref));
  deps.rotations.delete(keyOf(ref));
  const left = deps.book.ofOwner(ref).filter((record) => record.state !== 'retiring');
  for (const { revision, owner } of left) {
    const isThere = (await deps.objects.exists(ref, owner.uid, context.signal)) === 'there';
    if (isThere) return { kind: 'settled', nextAt: deps.clock.now() + STALE_STORE_MS };
    const retiring = { revision, why: 'owner-gone', successor: '', targets: [] } as const;
    await retire(deps, retiring, context.signal);
  }
  return { kind: 'settled' };
}
