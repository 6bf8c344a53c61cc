/**
 * When a key is looked at again. Promises one instant per key, never early, earliest first; one heap and one alarm,
 * however many keys. When an instant comes the key is merely added to the queue: what is due is decided afresh there.
 */
import type { Clock } from './clock.ts';
import { Heap } from './heap.ts';
import type { Lane } from './lanes.ts';
import { keyOf, type Ref } from './ref.ts';
import type { Urgency } from './work-queue.ts';

/** What the scheduler needs of a work queue. */
export interface Intake {
  add(ref: Ref, urgency: Urgency): void;
}

interface Entry {
  readonly ref: Ref;
  readonly whenMs: number;
  readonly lane: Lane;
  readonly endsAt: number;
  readonly order: number;
}

export class Scheduler {
  readonly #clock: Clock;
  readonly #queue: Intake;
  readonly #byTime = new Heap<Entry>(isEarlier);
  readonly #byKey = new Map<string, Entry>();
  #alarm: { readonly whenMs: number; readonly timer: Disposable } | undefined;
  #arrivals = 0;
  #isStopped = false;

  constructor(clock: Clock, queue: Intake) {
    this.#clock = clock;
    this.#queue = queue;
  }

  /** How many keys have an instant. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Epoch ms; undefined when the key has no instant. */
  of(ref: Ref): number | undefined {
    return this.#byKey.get(keyOf(ref))?.whenMs;
  }

  /** The instant of this key, replacing any other. `endsAt` (a lease's end) orders the lane 'renewal'; absent means `whenMs`. */
  at(ref: Ref, whenMs: number, lane: Lane, endsAt = whenMs): void {
    if (this.#isStopped) return;
    this.#drop(ref);
    this.#arrivals += 1;
    const entry = { ref, whenMs, lane, endsAt, order: this.#arrivals };
    this.#byTime.add(entry);
    this.#byKey.set(keyOf(ref), entry);
    this.#arm();
  }

  /** As `at`, but an earlier instant that the key has already stays. */
  wakeBy(ref: Ref, whenMs: number, lane: Lane, endsAt = whenMs): void {
    const entry = this.#byKey.get(keyOf(ref));
    if (!entry || whenMs < entry.whenMs) this.at(ref, whenMs, lane, endsAt);
  }

  cancel(ref: Ref): void {
    this.#drop(ref);
    this.#arm();
  }

  /** For good: drops all instants and the alarm, and takes no more, so that no timer outlives the operator. */
  stop(): void {
    this.#isStopped = true;
    for (const { ref } of this.#byKey.values()) this.#drop(ref);
    this.#arm();
  }

  #drop(ref: Ref): void {
    const entry = this.#byKey.get(keyOf(ref));
    if (!entry) return;
    this.#byTime.delete(entry);
    this.#byKey.delete(keyOf(ref));
  }

  #arm(): void {
    const whenMs = this.#byTime.first()?.whenMs;
    if (whenMs === this.#alarm?.whenMs) return;
    this.#alarm?.timer[Symbol.dispose]();
    this.#alarm =
      whenMs === undefined
        ? undefined
        : { whenMs, timer: this.#clock.at(whenMs, () => this.#fire()) };
  }

  #fire(): void {
    this.#alarm = undefined;
    const now = this.#clock.now();
    for (;;) {
      const entry = this.#byTime.first();
      if (!entry || entry.whenMs > now) break;
      this.#drop(entry.ref);
      this.#queue.add(entry.ref, { lane: entry.lane, dueAt: entry.endsAt });
    }
    this.#arm();
  }
}

function isEarlier(a: Entry, b: Entry): boolean {
  return a.whenMs === b.whenMs ? a.order < b.order : a.whenMs < b.whenMs;
}
