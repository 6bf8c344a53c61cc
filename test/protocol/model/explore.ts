/**
 * All states that can be reached, breadth first, so that the way to a state is a shortest one. Remembers how each was
 * reached and where it leads to without a disturbance. Stops at the first state in which something is broken.
 */
import { type Action, isDisturbance, perform, possible } from './actions.ts';
import { invariant, unrest } from './promises.ts';
import type { Rules } from './rules.ts';
import { initial, type Size, type State } from './state.ts';

export interface Explored {
  /** The states, as JSON. */
  readonly keys: readonly string[];
  /** How each was first reached. */
  readonly parents: readonly number[];
  readonly actions: readonly (Action | undefined)[];
  /** Where each leads to by itself. */
  readonly ahead: readonly (readonly number[])[];
  /** Whether each is as promised. */
  readonly calm: readonly boolean[];
  readonly transitions: number;
  readonly depth: number;
  readonly broken: number | undefined;
}

/** Far more than what is explored has: an endless protocol shall end the test, and not the machine. */
const MOST_STATES = 1_500_000;

export function explore(size: Size, rules: Rules): Explored {
  return new Search(size, rules).run();
}

/** The way to a state. */
export function wayTo({ parents, actions }: Explored, id: number): Action[] {
  const way: Action[] = [];
  for (let at = id; at > 0; at = parents[at] ?? 0) {
    const action = actions[at];
    if (action) way.unshift(action);
  }
  return way;
}

export function stateAt({ keys }: Pick<Explored, 'keys'>, id: number): State {
  return JSON.parse(keys[id] ?? '');
}

/** What leads by itself from a state to one ahead of it. */
export function between(explored: Explored, from: number, to: number, rules: Rules): Action {
  const steps = possible(stateAt(explored, from)).filter((action) => !isDisturbance(action));
  const step = [...steps, { do: 'pass' } as const].find(
    (action) =>
      JSON.stringify(perform(stateAt(explored, from), action, rules)) === explored.keys[to],
  );
  if (!step) throw new Error('nothing leads there');
  return step;
}

class Search {
  readonly #rules: Rules;
  readonly #ids = new Map<string, number>();
  readonly keys: string[] = [];
  readonly parents: number[] = [];
  readonly actions: (Action | undefined)[] = [];
  readonly depths: number[] = [];
  readonly calm: boolean[] = [];
  readonly ahead: number[][] = [];
  transitions = 0;
  broken: number | undefined;

  constructor(size: Size, rules: Rules) {
    this.#rules = rules;
    this.#add(initial(size), -1, undefined);
  }

  run(): Explored {
    for (let from = 0; from < this.keys.length && this.broken === undefined; from += 1) {
      if (this.keys.length > MOST_STATES) throw new Error(`more than ${MOST_STATES} states`);
      this.ahead.push(this.#expand(from));
    }
    const { keys, parents, actions, ahead, calm, transitions, depths, broken } = this;
    return { keys, parents, actions, ahead, calm, transitions, depth: depths.at(-1) ?? 0, broken };
  }

  #expand(from: number): number[] {
    const own: number[] = [];
    let isAtWork = false;
    for (const action of possible(stateAt(this, from))) {
      const to = this.#reach(from, action);
      if (to === from) continue;
      this.transitions += 1;
      if (isDisturbance(action)) continue;
      own.push(to);
      isAtWork ||= action.do !== 'deliver';
    }
    // Watches may lag for long; other work is done before the next grace is over.
    if (!isAtWork) own.push(this.#reach(from, { do: 'pass' }));
    return own;
  }

  #reach(from: number, action: Action): number {
    return this.#add(perform(stateAt(this, from), action, this.#rules), from, action);
  }

  #add(state: State, from: number, action: Action | undefined): number {
    state.broken ||= invariant(state);
    const key = JSON.stringify(state);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.keys.length;
    this.#ids.set(key, id);
    this.keys.push(key);
    this.parents.push(from);
    this.actions.push(action);
    this.depths.push((this.depths[from] ?? -1) + 1);
    this.calm.push(unrest(state) === '');
    if (state.broken !== '') this.broken ??= id;
    return id;
  }
}
