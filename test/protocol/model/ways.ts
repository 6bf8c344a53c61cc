/** Ways through the explored states that are worth replaying. */
import type { Action } from './actions.ts';
import { between, type Explored, stateAt, wayTo } from './explore.ts';
import { RULES } from './rules.ts';
import type { Run, State } from './state.ts';

/**
 * One shortest way for each combination of the call under way and what happened then, and from there on by itself to
 * rest. `isFine` tells more combinations apart: by all calls under way, records, Secrets and lagging watches.
 */
export function coveringWays(explored: Explored, isFine: boolean): Action[][] {
  const seen = new Set<string>();
  const ways: Action[][] = [];
  for (const [id, action] of explored.actions.entries()) {
    if (!action) continue;
    const key = combination(stateAt(explored, explored.parents[id] ?? 0), action, isFine);
    if (seen.has(key)) continue;
    seen.add(key);
    ways.push([...wayTo(explored, id), ...wayToRest(explored, id)]);
  }
  return ways;
}

function combination(state: State, action: Action, isFine: boolean): string {
  const run = runOf(state, action);
  const outcome = action.do === 'call' ? action.outcome : '';
  const what = [action.do, outcome, run && [run.about, run.call, run.goesOn, run.why]];
  return JSON.stringify(isFine ? [what, ...surroundings(state)] : what);
}

/** The run that a call belongs to; for everything else the one that is under way at the leader. */
function runOf({ replicas }: State, action: Action): Run | undefined {
  if (action.do !== 'call') return replicas.find(({ leads }) => leads)?.runs[0];
  const isIt = ({ about, id }: Run): boolean => about === action.about && id === action.id;
  return replicas[action.replica]?.runs.find(isIt);
}

function surroundings({ replicas, records, secrets }: State): readonly unknown[] {
  const busy = replicas.map(({ runs, view }) => [runs.map(({ call }) => call), view !== null]);
  return [busy, records.map(({ state }) => state), secrets.map((secret) => secret?.edited)];
}

/** By itself, in one of the possible orders, until nothing new comes. */
function wayToRest(explored: Explored, id: number): Action[] {
  const way: Action[] = [];
  const passed = new Set([id]);
  for (let at = id; ; ) {
    const next = explored.ahead[at]?.find((to) => !passed.has(to));
    if (next === undefined) return way;
    way.push(between(explored, at, next, RULES));
    passed.add(next);
    at = next;
  }
}
