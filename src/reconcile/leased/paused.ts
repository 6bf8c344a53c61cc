/** A VaultDynamicSecret that is paused: a lease that the ledger does not know is kept alive, too. */
import { planPaused } from '../../plan/credential/next-act.ts';
import type { PausedBy } from '../../plan/pause.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import { type KeptAlive, keepAlive } from '../credential/keep-alive.ts';
import { reportPaused } from '../credential/paused.ts';
import { nothingLearned, type Renewing } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import { caught } from '../report.ts';
import { carryOut } from './acts.ts';
import { gatherDynamic } from './gather.ts';
import { strayEndsAt } from './stray.ts';
import type { LeasedTurn } from './turn.ts';

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

/** What is in use and not on record as such. A specification that is refused hides only this part. */
async function strayKept(renewing: Renewing, stored: StoredObject): Promise<KeptAlive> {
  try {
    for (let count = 0; count < MOST_ACTS; count += 1) {
      const turn = await gatherDynamic(renewing, stored);
      const plan = planPaused(turn.situation.world);
      if (!plan || plan.kind === 'wait') return lifeOf(turn);
      await carryOut(turn, plan);
    }
    throw new Error('the planner of paused credentials does not settle');
  } catch (thrown) {
    return { endsAt: undefined, nextAt: undefined, fault: caught(thrown, renewing.context) };
  }
}

function lifeOf(turn: LeasedTurn): KeptAlive {
  return {
    endsAt: strayEndsAt(turn),
    nextAt: turn.situation.world.stray?.renewAt,
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
