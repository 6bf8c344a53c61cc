/** A bucket of tokens per key: a burst, then one now and again. Full buckets are forgotten. */
import type { Clock } from '../runtime/clock.ts';

/** As Kubernetes' own event recorder. */
const BURST = 25;
const REFILL_MS = 5 * 60_000;
const MOST_KEYS = 4_096;

interface Bucket {
  tokens: number;
  at: number;
}

export class TokenBuckets {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False when the key has used up its burst. */
  take(key: string): boolean {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: BURST, at: now };
    const refilled = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    if (refilled < 1) return false;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: refilled - 1, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST_KEYS && oldest !== undefined) this.#buckets.delete(oldest);
    return true;
  }
}
