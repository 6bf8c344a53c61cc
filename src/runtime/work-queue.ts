/**
 * Keys that wait for their turn. Promises: equal keys are one; a key never runs twice at once; a key added while it
 * runs runs once more; no more than `concurrency` run together (p-queue sees to that, and to nothing else).
 * Refuses to know what a run does.
 */
import PQueue from 'p-queue';
import type { Clock } from './clock.ts';
import { LANES, type Lane, Lanes, type Waiting } from './lanes.ts';
import type { Observer } from './observer.ts';
import { keyOf, type Ref } from './ref.ts';

/** Must not reject: a run that does is a bug, and ends the process as an unhandled rejection. */
export type Run = (ref: Ref, lane: Lane) => Promise<void>;

export interface Urgency {
  readonly lane: Lane;
  /** Epoch ms: orders the lane 'renewal', earliest first. Absent means after all that have one. */
  readonly dueAt?: number;
}

type Request = Required<Urgency>;

export interface WorkQueueOptions {
  readonly concurrency: number;
  readonly clock: Clock;
  /** Told how long each key stood in line. */
  readonly observer: Observer;
}

interface InLine extends Waiting {
  /** Epoch ms. */
  readonly since: number;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #slots: PQueue;
  readonly #lanes = new Lanes();
  readonly #waiting = new Map<string, InLine>();
  /** What was asked of a key while it ran. */
  readonly #running = new Map<string, Request | undefined>();
  readonly #idlers: (() => void)[] = [];
  #run: Run | undefined;
  #isPaused = false;
  #hasOffer = false;
  #arrivals = 0;

  /** Collects until `start`. */
  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#slots = new PQueue({ concurrency: options.concurrency });
  }

  start(run: Run): void {
    this.#run = run;
    this.#offer();
  }

  /** A key that waits already keeps its place, and takes the more urgent lane and the earlier instant of the two. */
  add(ref: Ref, { lane, dueAt = Infinity }: Urgency): void {
    const key = keyOf(ref);
    const request = { lane, dueAt };
    if (this.#running.has(key)) this.#running.set(key, merged(this.#running.get(key), request));
    else this.#line(ref, request);
  }

  /** Keys that wait, by lane; keys that run are not counted. */
  depth(): Readonly<Record<Lane, number>> {
    return this.#lanes.depth();
  }

  /** Starts no more runs; those under way go on. Adding still collects. */
  pause(): void {
    this.#isPaused = true;
    this.#tellIdlers();
  }

  resume(): void {
    this.#isPaused = false;
    this.#offer();
  }

  /** Nothing runs, and nothing waits that may run now. */
  #isIdle(): boolean {
    return this.#running.size === 0 && !this.#mayDraw();
  }

  /** Resolves when it is idle. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idlers.push(resolve));
  }

  /** For good: forgets what waits and resolves when the runs under way are over. */
  async stop(): Promise<void> {
    this.#run = undefined;
    this.pause();
    for (const waiting of this.#waiting.values()) this.#lanes.delete(waiting);
    this.#waiting.clear();
    await this.idle();
  }

  #line(ref: Ref, request: Request): void {
    const key = keyOf(ref);
    const before = this.#waiting.get(key);
    if (before) this.#lanes.delete(before);
    this.#arrivals += 1;
    const { order, since } = before ?? { order: this.#arrivals, since: this.#options.clock.now() };
    const waiting = { ref, ...merged(before, request), order, since };
    this.#waiting.set(key, waiting);
    this.#lanes.add(waiting);
    this.#offer();
  }

  /** One draw at a time stands in line for a slot, so that who is next is decided when the slot is free, not before. */
  #offer(): void {
    if (this.#hasOffer || !this.#mayDraw()) return;
    this.#hasOffer = true;
    void this.#slots.add(() => this.#turn());
  }

  #mayDraw(): boolean {
    return this.#run !== undefined && !this.#isPaused && this.#waiting.size > 0;
  }

  async #turn(): Promise<void> {
    // Everything added in the same tick is in line before the first is drawn.
    await Promise.resolve();
    this.#hasOffer = false;
    const run = this.#run;
    const drawn = this.#mayDraw() ? this.#lanes.take() : undefined;
    if (!run || !drawn) return;
    const key = keyOf(drawn.ref);
    this.#tellWait(key, drawn.lane);
    this.#waiting.delete(key);
    this.#running.set(key, undefined);
    this.#offer();
    await run(drawn.ref, drawn.lane);
    this.#finish(key, drawn.ref);
  }

  #tellWait(key: string, priority: Lane): void {
    const { clock, observer } = this.#options;
    const waitedMs = clock.now() - (this.#waiting.get(key)?.since ?? clock.now());
    const labels = { name: 'reconcile', priority } as const;
    observer.observe('workqueue_queue_duration_seconds', waitedMs / 1000, labels);
  }

  #finish(key: string, ref: Ref): void {
    const again = this.#running.get(key);
    this.#running.delete(key);
    if (again) this.#line(ref, again);
    this.#tellIdlers();
  }

  #tellIdlers(): void {
    if (!this.#isIdle()) return;
    for (const resolve of this.#idlers.splice(0)) resolve();
  }
}

function merged(before: Request | undefined, request: Request): Request {
  if (!before) return request;
  const isAsUrgent = LANES.indexOf(before.lane) <= LANES.indexOf(request.lane);
  return {
    lane: isAsUrgent ? before.lane : request.lane,
    dueAt: Math.min(before.dueAt, request.dueAt),
  };
}
