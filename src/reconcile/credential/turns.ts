/**
 * How a credential's reconcile goes on: look, act, look again, until there is nothing to do but wait; then settle. Every
 * act may fail half-way, because the next look finds what it left. Knows nothing of what is looked at or done.
 */
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Fault } from '../../runtime/fault.ts';
import { caught } from '../report.ts';

export interface Story<Turn> {
  gather(): Promise<Turn>;
  /** 'wait' when there is nothing to do, undefined when there may be more, an outcome when another story took over. */
  act(turn: Turn): Promise<Outcome | 'wait' | undefined>;
  settle(turn: Turn, fault: Fault | undefined): Promise<Outcome>;
}

/** Far more than any way through a planner takes. Reaching it is a bug that must not become a storm of calls. */
const MOST_TURNS = 20;

export async function inTurns<Turn>(
  story: Story<Turn>,
  first: Turn,
  context: ReconcileContext,
): Promise<Outcome> {
  let turn = first;
  let fault: Fault | undefined;
  try {
    for (let count = 0; count < MOST_TURNS; count += 1) {
      const outcome = await story.act(turn);
      if (outcome === 'wait') return await story.settle(turn, undefined);
      if (outcome) return outcome;
      turn = await story.gather();
    }
    throw new Error('the planner does not settle');
  } catch (thrown) {
    fault = caught(thrown, context);
  }
  // What failed may have changed the facts: the report is about how things are now.
  const latest = await story.gather().catch(() => turn);
  return story.settle(latest, fault);
}
