/**
 * Runs reconcilers: one frame for all kinds. Promises that every run has an id, a deadline, a duration and exactly one
 * of four outcomes, each counted (settled; settled with a next look; failed and tried again; failed for good), and
 * that nothing a reconciler throws ends more than its own run. Refuses to know what a reconcile does.
 */
import { randomUUID } from 'node:crypto';
import { BACKOFF, type BackoffOptions, Failures } from './backoff.ts';
import { type Clock, deadline } from './clock.ts';
import { type Fault, FaultError, type FaultKind, faultOf } from './fault.ts';
import { Journal } from './journal.ts';
import type { Lane } from './lanes.ts';
import type { LogLevel, Observer } from './observer.ts';
import { keyOf, type Ref } from './ref.ts';
import { retryAt } from './retry.ts';
import type { Scheduler } from './scheduler.ts';
import { spreadOf } from './spread.ts';
import type { WorkQueue } from './work-queue.ts';

export type { Lane };

/** When to look again, and how urgent that is. */
export interface Next {
  /** Epoch ms of the next look; absent means only when something changes. */
  readonly nextAt?: number;
  /** Of that look; absent means 'refresh'. */
  readonly lane?: Lane;
  /** Epoch ms by which it must be over, a lease's end: orders the lane 'renewal'. Absent means the instant of the look. */
  readonly endsAt?: number;
}

export type Outcome =
  | ({ readonly kind: 'settled' } & Next)
  | ({
      readonly kind: 'failed';
      readonly fault: Fault;
      /** A lease's end: retries get denser towards it, and none sleeps past it. */
      readonly retryBefore?: number;
    } & Next);

type Failed = Extract<Outcome, { kind: 'failed' }>;

export interface ReconcileContext {
  /** Aborts at the reconcile's deadline and at shutdown. */
  readonly signal: AbortSignal;
  readonly reconcileId: string;
  /** Failures in a row before this run; 0 after a success or a change. */
  readonly attempt: number;
  /** Its log lines carry the object and the reconcile id. */
  readonly observer: Observer;
}

/** May throw: what is thrown is a failed outcome with `faultOf(thrown)`, tried again in the lane of this run. */
export type Reconcile = (ref: Ref, context: ReconcileContext) => Promise<Outcome>;

export interface ControllerOptions {
  readonly clock: Clock;
  readonly queue: WorkQueue;
  readonly scheduler: Scheduler;
  readonly observer: Observer;
  /** By kind. */
  readonly reconcilers: Readonly<Record<string, Reconcile>>;
  /** Aborts at shutdown: runs under way are given up, and what they failed with is neither counted nor logged. */
  readonly signal: AbortSignal;
  readonly backoff?: BackoffOptions;
  /** Of one reconcile. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 120_000;

const LEVELS: Readonly<Record<FaultKind, LogLevel>> = {
  refused: 'warn',
  waiting: 'info',
  denied: 'warn',
  throttled: 'info',
  transient: 'warn',
  bug: 'error',
};

export class Controller {
  readonly #options: ControllerOptions & { readonly backoff: BackoffOptions };
  readonly #deadlineMs: number;
  readonly journal = new Journal();
  readonly #failures = new Failures();
  /** Start of each run under way, oldest first. */
  readonly #startedAt = new Map<string, number>();

  constructor(options: ControllerOptions) {
    this.#options = { ...options, backoff: options.backoff ?? BACKOFF };
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  }

  /** Lets the queue run what it holds. */
  start(): void {
    this.#options.queue.start((ref, lane) => this.runOne(ref, lane));
  }

  /** The object, or something it depends on, changed: earlier failures say nothing about it any more. */
  changed(ref: Ref, lane: Lane = 'first'): void {
    this.#failures.forget(keyOf(ref));
    this.#options.queue.add(ref, { lane });
  }

  /** The object is gone. A run that waits or is under way is left alone: it finds nothing and settles. */
  forget(ref: Ref): void {
    this.#failures.forget(keyOf(ref));
    this.#options.scheduler.cancel(ref);
  }

  /** Of the run that has been under way longest; 0 when none is. */
  longestRunMs(): number {
    const now = this.#options.clock.now();
    const [oldest = now] = this.#startedAt.values();
    return now - oldest;
  }

  /** Runs that ignore their deadline: still under way one deadline after it passed. For the liveness probe. */
  isStuck(): boolean {
    return this.longestRunMs() > 2 * this.#deadlineMs;
  }

  async runOne(ref: Ref, lane: Lane = 'refresh'): Promise<void> {
    const { clock, scheduler, signal } = this.#options;
    const reconcileId = randomUUID();
    const observer = this.#observerOf(ref, reconcileId);
    // Whoever asks for an earlier look while this runs is heard: nothing below moves an instant to later.
    scheduler.cancel(ref);
    const startedAt = clock.now();
    this.#startedAt.set(keyOf(ref), startedAt);
    const outcome = await this.#reconcile(ref, lane, reconcileId, observer);
    this.#startedAt.delete(keyOf(ref));
    const seconds = (clock.now() - startedAt) / 1000;
    observer.observe('controller_runtime_reconcile_time_seconds', seconds, labelsOf(ref));
    if (outcome.kind === 'settled') this.#settled(ref, outcome, observer);
    else if (!signal.aborted) this.#failed(ref, outcome, observer);
  }

  async #reconcile(
    ref: Ref,
    lane: Lane,
    reconcileId: string,
    observer: Observer,
  ): Promise<Outcome> {
    const { clock, reconcilers, signal: shutdown } = this.#options;
    using limit = deadline(clock, this.#deadlineMs, shutdown);
    const { signal } = limit;
    const attempt = this.#failures.count(keyOf(ref));
    try {
      const reconcile = reconcilers[ref.kind];
      if (!reconcile) throw new TypeError('no reconciler for this kind');
      return await reconcile(ref, { signal, reconcileId, attempt, observer });
    } catch (thrown) {
      return { kind: 'failed', fault: this.#faultOf(thrown, signal, observer), lane };
    }
  }

  #faultOf(thrown: unknown, signal: AbortSignal, observer: Observer): Fault {
    if (signal.aborted && !(thrown instanceof FaultError)) return tooSlow(this.#deadlineMs);
    const fault = faultOf(thrown);
    if (fault.kind === 'bug') observer.log('error', 'the reconcile threw', {}, thrown);
    return fault;
  }

  #settled(ref: Ref, { nextAt, lane, endsAt }: Next, observer: Observer): void {
    this.#failures.forget(keyOf(ref));
    this.journal.settled(ref, this.#options.clock.now(), nextAt);
    const result = nextAt === undefined ? 'success' : 'requeue_after';
    observer.count('controller_runtime_reconcile_total', { ...labelsOf(ref), result });
    observer.log('debug', 'reconciled', { nextAt });
    this.#lookAgain(ref, nextAt, lane, endsAt);
  }

  #failed(ref: Ref, outcome: Failed, observer: Observer): void {
    const { fault, nextAt, lane, retryBefore, endsAt = retryBefore } = outcome;
    const failures = this.#failures.add(keyOf(ref));
    const retry = this.#retryAt(ref, outcome, failures);
    this.journal.failed(ref, this.#options.clock.now(), nextAt);
    this.#countFailure(ref, fault.kind, retry !== undefined, observer);
    const { reason, message } = fault;
    const keys = { reason, message, failures, retryAt: retry };
    observer.log(LEVELS[fault.kind], 'the reconcile failed', keys);
    this.#lookAgain(ref, earliest(retry, nextAt), lane, endsAt);
  }

  #retryAt(ref: Ref, { fault, retryBefore }: Failed, failures: number): number | undefined {
    const { clock, backoff } = this.#options;
    const spread = spreadOf(`${keyOf(ref)}#${failures}`);
    return retryAt(fault, { nowMs: clock.now(), failures, spread, retryBefore }, backoff);
  }

  #countFailure(ref: Ref, kind: FaultKind, isRetried: boolean, observer: Observer): void {
    const labels = labelsOf(ref);
    observer.count('controller_runtime_reconcile_total', { ...labels, result: 'error' });
    observer.count('controller_runtime_reconcile_errors_total', labels);
    observer.count('vault_lease_operator_failures_total', { ...labels, class: kind });
    if (!isRetried) observer.count('controller_runtime_terminal_reconcile_errors_total', labels);
  }

  #lookAgain(ref: Ref, whenMs: number | undefined, lane: Lane = 'refresh', endsAt?: number): void {
    if (whenMs !== undefined) this.#options.scheduler.wakeBy(ref, whenMs, lane, endsAt);
  }

  /** Keys are VSO's, so that log queries go on working. */
  #observerOf(ref: Ref, reconcileID: string): Observer {
    const { namespace, name } = ref;
    return this.#options.observer.with({ ...labelsOf(ref), namespace, name, reconcileID });
  }
}

function labelsOf(ref: Ref): { controller: string } {
  return { controller: ref.kind.toLowerCase() };
}

function tooSlow(deadlineMs: number): Fault {
  const message = `the reconcile took longer than ${deadlineMs / 1000} s; it is tried again`;
  return { kind: 'transient', reason: 'DeadlineExceeded', message };
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
