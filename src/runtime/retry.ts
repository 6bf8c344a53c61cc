/**
 * When a failed reconcile is tried again. Pure: the fault's handling from the one table, the failures so far and the
 * end of a lease in; an instant, or never by itself, out.
 */
import { type BackoffOptions, backoffMs, denserMs } from './backoff.ts';
import { FAULTS, type Fault } from './fault.ts';

/** A server that asks for no delay at all, or for days, is not taken at its word. */
const SHORTEST_ASKED_MS = 1_000;
const LONGEST_ASKED_MS = 300_000;
const ASKED_SHARE = 0.1;

export interface Trial {
  readonly nowMs: number;
  /** In a row, with this one. */
  readonly failures: number;
  /** In [0, 1). */
  readonly spread: number;
  /** Epoch ms of a lease's end. */
  readonly retryBefore?: number | undefined;
}

/** Epoch ms; undefined when only a change of the object can help. */
export function retryAt(fault: Fault, trial: Trial, options: BackoffOptions): number | undefined {
  const delay = delayMs(fault, trial, options);
  const left = (trial.retryBefore ?? 0) - trial.nowMs;
  if (left <= 0) return delay === undefined ? undefined : trial.nowMs + delay;
  return trial.nowMs + (delay === undefined ? left : denserMs(delay, left));
}

function delayMs(fault: Fault, trial: Trial, options: BackoffOptions): number | undefined {
  switch (FAULTS[fault.kind].retry) {
    case 'change':
      return undefined;
    case 'asked':
      return (
        askedMs(fault.retryAfterMs, trial.spread) ??
        backoffMs(trial.failures, options, trial.spread)
      );
    case 'backoff':
      return backoffMs(trial.failures, options, trial.spread);
  }
}

/** Never sooner than asked, and not all at once. */
function askedMs(retryAfterMs: number | undefined, spread: number): number | undefined {
  if (retryAfterMs === undefined) return undefined;
  const believed = Math.min(LONGEST_ASKED_MS, Math.max(SHORTEST_ASKED_MS, retryAfterMs));
  return Math.round(believed * (1 + ASKED_SHARE * spread));
}
