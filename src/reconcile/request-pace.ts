/**
 * Requests of people, at a measured pace: one object is looked at at once, and again no sooner than an interval later,
 * however often its annotations change. A look for another reason in between does what was asked, too.
 */
import { REQUEST_INTERVAL_MS } from '../plan/requests.ts';
import type { Clock } from '../runtime/clock.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import { refOf } from './dependants.ts';
import { type Change, requested } from './triggers.ts';

export interface RequestPaceOptions {
  readonly clock: Clock;
  readonly lookNow: (ref: Ref) => void;
  readonly lookAt: (ref: Ref, at: number) => void;
}

export class RequestPace {
  readonly #options: RequestPaceOptions;
  /** When each object was last looked at because of a request, or will be. */
  readonly #looks = new Map<string, number>();

  constructor(options: RequestPaceOptions) {
    this.#options = options;
  }

  noticed(change: Change): void {
    const object = change.after ?? change.before;
    if (!object) return;
    const ref = refOf(object);
    if (!change.after) this.#looks.delete(keyOf(ref));
    const wish = requested(change);
    if (wish === 'rest') this.#options.lookNow(ref);
    if (wish === 'look') this.#look(ref);
  }

  #look(ref: Ref): void {
    const { clock, lookNow, lookAt } = this.#options;
    const now = clock.now();
    const last = this.#looks.get(keyOf(ref)) ?? Number.NEGATIVE_INFINITY;
    if (last > now) return;
    const at = Math.max(now, last + REQUEST_INTERVAL_MS);
    this.#looks.set(keyOf(ref), at);
    if (at === now) lookNow(ref);
    else lookAt(ref, at);
  }
}
