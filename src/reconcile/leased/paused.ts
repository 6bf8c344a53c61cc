/**
 * The story of a VaultDynamicSecret or VaultPKISecret that is paused: its credential is kept alive, and nothing else happens to it. What
 * retires already has a queue key of its own and goes on.
 */
import { planPaused } from '../../plan/leased/dynamic-secret.ts';
import { type PausedBy, summarisePause } from '../../plan/pause.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import { type KeptAlive, keepAlive } from '../credential/keep-alive.ts';
import { leaseNext, reported } from '../credential/next.ts';
import { nothingLearned, type Renewing } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import { caught, conditionsOf } from '../report.ts';
import { carryOut } from './acts.ts';
import { gatherDynamic, type Situation } from './gather.ts';
import { renewalFacts } from './report.ts';
import { strayEndsAt } from './stray.ts';

/** A carried credential is promoted, a stray one adopted: more would be a bug. */
const MOST_ACTS = 3;

export async function reconcilePausedDynamic(
  deps: Deps,
  stored: StoredObject,
  by: PausedBy,
  context: ReconcileContext,
): Promise<Outcome> {
  const renewing = { deps, learned: nothingLearned(), context };
  const stray = await strayKept(renewing, stored);
  const kept = joined(await keepAlive(renewing, stored), stray);
  return reportPaused(renewing, stored, by, kept);
}

/** Of a certificate: one with a lease lives as long as its token. */
export async function reconcilePausedPki(
  deps: Deps,
  stored: StoredObject,
  by: PausedBy,
  context: ReconcileContext,
): Promise<Outcome> {
  const renewing = { deps, learned: nothingLearned(), context };
  return reportPaused(renewing, stored, by, await keepAlive(renewing, stored));
}

function reportPaused(
  renewing: Renewing,
  stored: StoredObject,
  by: PausedBy,
  kept: KeptAlive,
): Promise<Outcome> {
  const { deps, context } = renewing;
  const summary = summarisePause({
    by,
    before: conditionsOf(stored),
    credential: kept.endsAt === undefined ? undefined : credentialOf(renewing, kept, kept.endsAt),
  });
  const report = { stored, fault: kept.fault, summary, fields: {}, events: [] };
  return reported(deps, report, leaseNext(kept), context);
}

function credentialOf({ deps, learned }: Renewing, { fault }: KeptAlive, endsAt: number) {
  const isGone = [...learned.findings.values()].includes('gone');
  return {
    alive: !isGone && deps.clock.now() < endsAt,
    renewal: renewalFacts(learned, fault),
    fault,
  };
}

/** What is in use and not on record as such. A specification that is refused hides only this part. */
async function strayKept(renewing: Renewing, stored: StoredObject): Promise<KeptAlive> {
  const { deps, learned, context } = renewing;
  try {
    for (let count = 0; count < MOST_ACTS; count += 1) {
      const situation = await gatherDynamic(deps, stored, learned, context.signal);
      const turn = { ...renewing, situation };
      const plan = planPaused(situation.world);
      if (!plan || plan.kind === 'wait') return lifeOf(renewing, situation);
      await carryOut(turn, plan);
    }
    throw new Error('the planner of paused credentials does not settle');
  } catch (thrown) {
    return { endsAt: undefined, nextAt: undefined, fault: caught(thrown, context) };
  }
}

function lifeOf(renewing: Renewing, situation: Situation): KeptAlive {
  const { stray } = situation.world;
  return {
    endsAt: strayEndsAt({ ...renewing, situation }),
    nextAt: stray?.renewAt,
    fault: undefined,
  };
}

function joined(one: KeptAlive, other: KeptAlive): KeptAlive {
  return {
    endsAt: one.endsAt ?? other.endsAt,
    nextAt: one.nextAt ?? other.nextAt,
    fault: one.fault ?? other.fault,
  };
}
