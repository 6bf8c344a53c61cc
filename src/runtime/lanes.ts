/**
 * Who is next. Promises that the urgent come first, that nobody waits for ever, and that a namespace with many
 * waiting delays the others by its turn only, not by its number. Every act costs O(log n). Runs nothing.
 */
import { Heap } from './heap.ts';
import type { Ref } from './ref.ts';

/** Urgent first: a lease about to end, an object that has no Secret yet, a look whether something changed. */
export const LANES = ['renewal', 'first', 'refresh'] as const;
export type Lane = (typeof LANES)[number];

export interface Waiting {
  readonly ref: Ref;
  readonly lane: Lane;
  /** Epoch ms; orders the lane 'renewal'. */
  readonly dueAt: number;
  /** Of arrival; unique. */
  readonly order: number;
}

/** One draw in so many goes to those who would otherwise wait behind an endless stream of more urgent ones. */
const SHARE = 5;

export class Lanes {
  readonly #lanes = {
    renewal: new DeadlineLane(),
    first: new Rotation(arrivedBefore),
    refresh: new Rotation(arrivedBefore),
  };
  #draws = 0;

  add(waiting: Waiting): void {
    this.#lanes[waiting.lane].add(waiting);
  }

  delete(waiting: Waiting): void {
    this.#lanes[waiting.lane].delete(waiting);
  }

  depth(): Readonly<Record<Lane, number>> {
    const { renewal, first, refresh } = this.#lanes;
    return { renewal: renewal.size, first: first.size, refresh: refresh.size };
  }

  /** The most urgent lane has its turn, but every fifth draw goes to the less urgent ones, one after the other. */
  take(): Waiting | undefined {
    const [urgent, ...lower] = LANES.map((lane) => this.#lanes[lane]).filter((l) => l.size > 0);
    this.#draws += 1;
    const isShared = this.#draws % SHARE === 0 && lower.length > 0;
    const drawn = isShared ? lower[(this.#draws / SHARE) % lower.length] : urgent;
    return drawn?.take();
  }
}

/**
 * The earliest deadline of all first, whichever namespace it is in, because that order loses the fewest leases after
 * an outage. When there is more than can be done in time, the share of draws by namespace protects the small ones.
 */
class DeadlineLane {
  readonly #all = new Heap<Waiting>(endsBefore);
  readonly #byNamespace = new Rotation(endsBefore);
  #draws = 0;

  get size(): number {
    return this.#all.size;
  }

  add(waiting: Waiting): void {
    this.#all.add(waiting);
    this.#byNamespace.add(waiting);
  }

  delete(waiting: Waiting): void {
    this.#all.delete(waiting);
    this.#byNamespace.delete(waiting);
  }

  take(): Waiting | undefined {
    this.#draws += 1;
    const isShared = this.#draws % SHARE === 0;
    const drawn = isShared ? this.#byNamespace.take() : this.#all.first();
    if (drawn) this.delete(drawn);
    return drawn;
  }
}

/** Namespaces take turns; within each the order that it was made with. */
class Rotation {
  readonly #before: (a: Waiting, b: Waiting) => boolean;
  /** In the order of their turns. None is empty. */
  readonly #turns = new Map<string, Heap<Waiting>>();
  #size = 0;

  constructor(before: (a: Waiting, b: Waiting) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#size;
  }

  add(waiting: Waiting): void {
    const { namespace } = waiting.ref;
    const line = this.#turns.get(namespace) ?? new Heap<Waiting>(this.#before);
    line.add(waiting);
    this.#turns.set(namespace, line);
    this.#size += 1;
  }

  delete(waiting: Waiting): void {
    const { namespace } = waiting.ref;
    const line = this.#turns.get(namespace);
    if (!line?.delete(waiting)) return;
    this.#size -= 1;
    if (line.size === 0) this.#turns.delete(namespace);
  }

  take(): Waiting | undefined {
    for (const [namespace, line] of this.#turns) {
      this.#turns.delete(namespace);
      const drawn = line.takeFirst();
      if (line.size > 0) this.#turns.set(namespace, line);
      this.#size -= 1;
      return drawn;
    }
    return undefined;
  }
}

function arrivedBefore(a: Waiting, b: Waiting): boolean {
  return a.order < b.order;
}

function endsBefore(a: Waiting, b: Waiting): boolean {
  return a.dueAt === b.dueAt ? arrivedBefore(a, b) : a.dueAt < b.dueAt;
}
