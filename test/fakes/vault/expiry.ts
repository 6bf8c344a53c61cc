/**
 * What ends at an instant: one alarm per key, on the clock that everything else uses. While paused (a sealed or
 * stopped Vault) time goes on but nothing is ended; what came due is ended on resuming, in the order it came due.
 */
import type { Clock } from '../../../src/runtime/clock.ts';

export class Expiry {
  readonly #clock: Clock;
  readonly #alarms = new Map<object, Disposable>();
  readonly #missed = new Map<object, () => void>();
  #paused = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Replaces the alarm of the key. */
  set(key: object, whenMs: number, end: () => void): void {
    this.clear(key);
    const ring = (): void => this.#ring(key, end);
    this.#alarms.set(key, this.#clock.at(whenMs, ring));
  }

  clear(key: object): void {
    this.#alarms.get(key)?.[Symbol.dispose]();
    this.#alarms.delete(key);
    this.#missed.delete(key);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    // An end may take others with it, which then are no longer among the missed.
    for (const [key, end] of this.#missed) {
      this.#missed.delete(key);
      end();
    }
  }

  /** For good. */
  stop(): void {
    for (const alarm of this.#alarms.values()) alarm[Symbol.dispose]();
    this.#alarms.clear();
    this.#missed.clear();
  }

  #ring(key: object, end: () => void): void {
    this.#alarms.delete(key);
    if (this.#paused) this.#missed.set(key, end);
    else end();
  }
}
