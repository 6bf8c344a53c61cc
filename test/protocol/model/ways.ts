/** Ways through the explored states that are worth replaying. */
import type { Action } from './actions.ts';
import { between, type Explored, stateAt, wayTo } from './explore.ts';
import { RULES } from './rules.ts';
import type { Call, Replica } from './state.ts';

/**
 * One shortest way for each combination of what a replica was doing and what happened then, and from there on by
 * itself to rest. `isFine` tells more combinations apart: by all records and Secrets.
 */
export function coveringWays(explored: Explored, isFine: boolean): Action[][] {
  const seen = new Set<string>();
  const ways: Action[][] = [];
  for (const [id, action] of explored.actions.entries()) {
    if (!action) continue;
    const key = combination(explored, explored.parents[id] ?? 0, action, isFine);
    if (seen.has(key)) continue;
    seen.add(key);
    ways.push([...wayTo(explored, id), ...wayToRest(explored, id)]);
  }
  return ways;
}

function combination(explored: Explored, from: number, action: Action, isFine: boolean): string {
  const { replicas, records, secrets } = stateAt(explored, from);
  const what = [records.map(({ state }) => state), secrets.map((secret) => secret?.edited)];
  const more = isFine ? [replicas.map(({ view }) => view !== null), what] : [];
  if (!('replica' in action)) return JSON.stringify([action, replicas.map(callsOf), more]);
  const replica = replicas[action.replica];
  const run = replica?.runs.find(
    ({ about, id }) => action.do === 'call' && about === action.about && id === action.id,
  );
  const calls = run ? [run.call, run.goesOn, run.why] : replica && callsOf(replica);
  const outcome = action.do === 'call' ? action.outcome : '';
  return JSON.stringify([action.do, outcome, calls, more]);
}

function callsOf({ runs }: Replica): Call[] {
  return runs.map(({ call }) => call);
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
