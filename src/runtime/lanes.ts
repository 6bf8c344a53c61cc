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

/** The waiting of one namespace; never empty. */
interface Line {
  readonly waiting: Heap<Waiting>;
  /** Lower is sooner; unique. */
  readonly turn: number;
}

/** Namespaces take turns; within each the order that it was made with. */
class Rotation {
  readonly #before: (a: Waiting, b: Waiting) => boolean;
  readonly #byNamespace = new Map<string, Line>();
  readonly #byTurn = new Heap<Line>((a, b) => a.turn < b.turn);
  #turns = 0;
  #size = 0;

  constructor(before: (a: Waiting, b: Waiting) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#size;
  }

  add(waiting: Waiting): void {
    const { namespace } = waiting.ref;
    const line = this.#byNamespace.get(namespace) ?? this.#stand(namespace, new Heap(this.#before));
    line.waiting.add(waiting);
    this.#size += 1;
  }

  delete(waiting: Waiting): void {
    const { namespace } = waiting.ref;
    const line = this.#byNamespace.get(namespace);
    if (!line?.waiting.delete(waiting)) return;
    this.#size -= 1;
    if (line.waiting.size === 0) this.#leave(namespace, line);
  }

  take(): Waiting | undefined {
    const line = this.#byTurn.first();
    const drawn = line?.waiting.first();
    if (line && drawn) this.#pass(drawn, line);
    return drawn;
  }

  /** The namespace had its turn and stands last again, if it has more. */
  #pass(drawn: Waiting, line: Line): void {
    const { namespace } = drawn.ref;
    this.#leave(namespace, line);
    this.#stand(namespace, line.waiting);
    this.delete(drawn);
  }

  #stand(namespace: string, waiting: Heap<Waiting>): Line {
    this.#turns += 1;
    const line = { waiting, turn: this.#turns };
    this.#byNamespace.set(namespace, line);
    this.#byTurn.add(line);
    return line;
  }

  #leave(namespace: string, line: Line): void {
    this.#byNamespace.delete(namespace);
    this.#byTurn.delete(line);
  }
}

function arrivedBefore(a: Waiting, b: Waiting): boolean {
  return a.order < b.order;
}

function endsBefore(a: Waiting, b: Waiting): boolean {
  return a.dueAt === b.dueAt ? arrivedBefore(a, b) : a.dueAt < b.dueAt;
}
