/**
 * The story of an object with a credential that is paused: its credential is kept alive, and nothing else happens to it.
 * What retires already has a queue key of its own and goes on.
 */
import { type PausedBy, summarisePause } from '../../plan/pause.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import { conditionsOf } from '../report.ts';
import { type KeptAlive, keepAlive } from './keep-alive.ts';
import { leaseNext, reported } from './next.ts';
import { renewalFacts } from './report.ts';
import { nothingLearned, type Renewing } from './turn.ts';

/** Of one whose credential is on record, or is not known at all. */
export async function reconcilePausedCredential(
  deps: Deps,
  stored: StoredObject,
  by: PausedBy,
  context: ReconcileContext,
): Promise<Outcome> {
  const renewing = { deps, learned: nothingLearned(), context };
  return reportPaused(renewing, stored, by, await keepAlive(renewing, stored));
}

export function reportPaused(
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
