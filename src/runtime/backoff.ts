/**
 * How long to wait after failures in a row. Pure: the number of failures and a spread in, a delay out.
 * Refuses to know what failed.
 */
import { around } from './spread.ts';

/** Named and meant as VSO's backoff settings. */
export interface BackoffOptions {
  readonly initialMs: number;
  /** Of the delay before it is spread. */
  readonly maxMs: number;
  readonly multiplier: number;
  /** Share of the delay by which it is spread to both sides: 0 to 1. */
  readonly randomization: number;
}

/** VSO's defaults. */
export const BACKOFF: BackoffOptions = {
  initialMs: 5_000,
  maxMs: 60_000,
  multiplier: 1.5,
  randomization: 0.5,
};

/** A delay is never shorter than this on account of a deadline, so that the last seconds before one are no storm. */
const SHORTEST_MS = 1_000;

/** The delay after the n-th failure in a row (n >= 1); `spread` in [0, 1). */
export function backoffMs(failures: number, options: BackoffOptions, spread: number): number {
  // A multiplier below 1 would shrink the delay towards a storm.
  const growth = Math.max(1, options.multiplier) ** (failures - 1);
  const delay = Math.min(options.maxMs, options.initialMs * growth);
  return around(delay, options.randomization, spread);
}

/**
 * The delay when the trial must succeed within `leftMs`: at most a third of what is left, so that trials get denser
 * towards the end, and never past it.
 */
export function denserMs(delayMs: number, leftMs: number): number {
  if (leftMs <= 0) return delayMs;
  return Math.min(delayMs, leftMs, Math.max(SHORTEST_MS, Math.floor(leftMs / 3)));
}

/** Failures in a row by key. */
export class Failures {
  readonly #byKey = new Map<string, number>();

  count(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  /** One more; returns how many there are now. */
  add(key: string): number {
    const failures = this.count(key) + 1;
    this.#byKey.set(key, failures);
    return failures;
  }

  /** After a success, a change or the end of the object. */
  forget(key: string): void {
    this.#byKey.delete(key);
  }
}
