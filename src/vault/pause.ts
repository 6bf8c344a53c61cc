/**
 * The patience that one endpoint asked for. Promises that while it lasts no call leaves but a probe: one urgent call
 * at a time, whose success ends the pause. All our calls share Vault's limits, so one refusal speaks for all of them.
 */
import type { Clock } from '../runtime/clock.ts';
import type { Fault } from '../runtime/fault.ts';

/** No server may silence us for longer than this. */
const LONGEST_MS = 300_000;

/** What was said, without what it was said about: that may belong to someone else. */
export type Refusal = Pick<Fault, 'kind' | 'reason'>;

/** Dispose it when the call is over. */
export interface Pass extends Disposable {
  /** Tells that Vault answered again. */
  answered(): void;
}

export class Pause {
  readonly #clock: Clock;
  #endsAt = 0;
  #refusal: Refusal | undefined;
  #probing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A pass, or why there is none and for how long. */
  pass(urgent: boolean): Pass | (Refusal & { readonly retryAfterMs: number }) {
    const retryAfterMs = this.#endsAt - this.#clock.now();
    if (this.#refusal === undefined || retryAfterMs <= 0) return FREE;
    if (urgent && !this.#probing) return this.#probe();
    return { ...this.#refusal, retryAfterMs };
  }

  begin({ kind, reason }: Refusal, ms: number): void {
    this.#refusal = { kind, reason };
    this.#endsAt = this.#clock.now() + Math.min(ms, LONGEST_MS);
  }

  #probe(): Pass {
    this.#probing = true;
    return {
      answered: () => {
        this.#refusal = undefined;
      },
      [Symbol.dispose]: () => {
        this.#probing = false;
      },
    };
  }
}

/** For calls that no pause concerns. */
export const FREE: Pass = { answered: () => undefined, [Symbol.dispose]: () => undefined };
