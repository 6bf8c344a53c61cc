/**
 * Time, as an argument. Promises an instant that never goes back and alarms that are never early.
 * The only file that touches Date, performance or setTimeout; everything else is given a Clock.
 */

/** Node fires at once above 2^31-1 ms, and a suspended host stops the monotonic clock: so alarms look again this often. */
const LONGEST_STEP_MS = 30_000;
/** A wall clock this far ahead of the monotonic one means the host slept or the clock was set forward. */
const JUMP_MS = 1_000;

/** Instants are epoch milliseconds, spans are milliseconds. */
export interface Clock {
  /** Never decreases within a process, even when the wall clock is set back. */
  now(): number;
  /** Calls `wake` once, at or after `whenMs`; dispose to cancel. */
  at(whenMs: number, wake: () => void): Disposable;
}

export class SystemClock implements Clock {
  #aheadMs = 0;

  /** A forward jump of the wall clock counts as time passed (deadlines come early, never late); a backward one is ignored. */
  now(): number {
    const steady = performance.timeOrigin + performance.now();
    const jump = Date.now() - (steady + this.#aheadMs);
    if (jump > JUMP_MS) this.#aheadMs += jump;
    return Math.floor(steady + this.#aheadMs);
  }

  at(whenMs: number, wake: () => void): Disposable {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = whenMs - this.now();
      timer = setTimeout(left > 0 ? arm : wake, Math.max(0, Math.min(left, LONGEST_STEP_MS)));
    };
    arm();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const alarm = clock.at(clock.now() + ms, resolve);
  try {
    await promise;
  } finally {
    alarm[Symbol.dispose]();
    signal?.removeEventListener('abort', stop);
  }
}

/** A signal that aborts when `parent` does, or after `ms` with a TimeoutError. Dispose it when the work is over. */
export function deadline(
  clock: Clock,
  ms: number,
  parent: AbortSignal,
): { signal: AbortSignal } & Disposable {
  const limit = new AbortController();
  const stop = (): void => limit.abort(parent.reason);
  if (parent.aborted) stop();
  // Not AbortSignal.any: a listener that someone leaves on its signal keeps it alive as long as the parent lives.
  else parent.addEventListener('abort', stop, { once: true });
  const alarm = clock.at(clock.now() + ms, () =>
    limit.abort(new DOMException('deadline passed', 'TimeoutError')),
  );
  return {
    signal: limit.signal,
    [Symbol.dispose]: () => {
      alarm[Symbol.dispose]();
      parent.removeEventListener('abort', stop);
    },
  };
}
