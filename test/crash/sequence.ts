/**
 * One sequence of all requests of the operator, whichever server they go to, and one strike in it: at a chosen call
 * the operator is killed. From the strike on nothing more of the dying process reaches a server. Knows nothing of
 * HTTP: the proxies ask at every step, and do what they are told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, isMutating, shapeOf } from './calls.ts';

/**
 * before    - killed when the request arrived; the server never saw it
 * committed - killed when the server had answered; the operator never saw the answer
 * after     - killed when the operator had the answer and acted on it, up to its next request, which no server saw
 */
export type Phase = 'before' | 'committed' | 'after';

export const PHASES: readonly Phase[] = ['before', 'committed', 'after'];

/** The nth call of a shape, counted from 1 since the sequence began. */
export interface Point {
  readonly shape: string;
  readonly nth: number;
}

export interface Seen extends Call {
  readonly shape: string;
  readonly mutating: boolean;
  /** Which of its shape this one is. */
  readonly nth: number;
  /** Instant of arrival, epoch ms. */
  readonly at: number;
  /** The server has carried it out, or broken off: then without a status. */
  isAnswered?: boolean;
  status?: number;
  /** The operator has the whole answer. */
  delivered?: boolean;
  /** The strike hit this one. */
  struck?: Phase;
}

interface Aim {
  readonly point: Point;
  readonly phase: Phase;
  readonly kill: () => Promise<void>;
  readonly done: PromiseWithResolvers<Seen>;
}

/** How long an operator that has its answer may act on it before it is killed. */
const THINKING_MS = 20;

export class Sequence {
  readonly #now: () => number;
  #seen: Seen[] = [];
  /** When the last request that changes something came or was answered, epoch ms; a new beginning does not forget it. */
  #lastChangeAt = 0;
  #aim: Aim | undefined;
  #frozen = false;
  readonly #open = new Set<Seen>();
  readonly #hangUps: (() => void)[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts from 1 again. */
  begin(): void {
    this.#seen = [];
  }

  /** All requests since the beginning, in the order of arrival. */
  get seen(): readonly Seen[] {
    return this.#seen;
  }

  /** Since when nothing that changes something was asked for, and all of it is answered; undefined while it is not. */
  get quietSince(): number | undefined {
    const isUnderWay = [...this.#open].some(({ mutating }) => mutating);
    return isUnderWay ? undefined : this.#lastChangeAt;
  }

  /** Resolves when the operator is dead and what was under way to the servers is answered. */
  strikeAt(point: Point, phase: Phase, kill: () => Promise<void>): Promise<Seen> {
    const done = Promise.withResolvers<Seen>();
    this.#aim = { point, phase, kill, done };
    return done.promise;
  }

  /** The strike does not happen any more. */
  spare(): void {
    this.#aim = undefined;
  }

  /** A proxy's way to end all its connections to the operator. */
  onDeath(hangUp: () => void): void {
    this.#hangUps.push(hangUp);
  }

  arrive(call: Call): Seen {
    const shape = shapeOf(call);
    const nth = this.#seen.filter((other) => other.shape === shape).length + 1;
    const seen: Seen = { ...call, shape, nth, mutating: isMutating(call), at: this.#now() };
    this.#seen.push(seen);
    if (seen.mutating) this.#lastChangeAt = seen.at;
    return seen;
  }

  /** False when the request must not reach the server. */
  mayPass(seen: Seen): boolean {
    if (this.#frozen) return false;
    if (this.#isHit(seen, 'before')) {
      this.#strike(seen, 'before');
      return false;
    }
    this.#open.add(seen);
    return true;
  }

  /** The server has answered, or broken off. False when the operator must not see the answer. */
  mayDeliver(seen: Seen, status: number | undefined): boolean {
    seen.isAnswered = true;
    if (status !== undefined) seen.status = status;
    this.#open.delete(seen);
    if (seen.mutating) this.#lastChangeAt = this.#now();
    if (this.#isHit(seen, 'committed')) this.#strike(seen, 'committed');
    return !this.#frozen;
  }

  delivered(seen: Seen): void {
    seen.delivered = true;
    if (this.#isHit(seen, 'after')) this.#strike(seen, 'after');
  }

  #isHit(seen: Seen, phase: Phase): boolean {
    return !this.#frozen && this.#aim?.phase === phase && isAt(seen, this.#aim.point);
  }

  #strike(seen: Seen, phase: Phase): void {
    const aim = this.#aim;
    if (!aim) return;
    this.#aim = undefined;
    this.#frozen = true;
    seen.struck = phase;
    this.#carryOut(aim, phase).then(() => aim.done.resolve(seen), aim.done.reject);
  }

  async #carryOut({ kill }: Aim, phase: Phase): Promise<void> {
    if (phase === 'after') await sleep(THINKING_MS);
    await kill();
    for (const hangUp of this.#hangUps) hangUp();
    while (this.#open.size > 0) await sleep(5);
    this.#frozen = false;
  }
}

function isAt(seen: Seen, { shape, nth }: Point): boolean {
  return seen.shape === shape && seen.nth === nth;
}

/** What became of a request, for a person who reads the trace of a run. */
export function sayFate({ struck, isAnswered, status, delivered }: Seen): string {
  if (struck) return `KILLED ${struck}${status === undefined ? '' : ` (${status})`}`;
  if (!isAnswered) return 'never sent';
  return `${status ?? 'broken off'}${delivered ? '' : ', answer lost'}`;
}
