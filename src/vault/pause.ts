/**
 * The patience that one endpoint asked for. Promises that while it lasts no call leaves but a probe: one call at a time,
 * an urgent one at once and any other every few seconds, whose success ends the pause. Calls often share Vault's limits,
 * so one refusal speaks for all; a limit may be of one mount or namespace alone, so it never speaks for long.
 */
import type { Clock } from '../runtime/clock.ts';
import type { Fault } from '../runtime/fault.ts';

/** No server may silence us for longer than this. */
const LONGEST_MS = 60_000;
/** Between two probes that are not urgent. */
const PROBE_EVERY_MS = 5_000;

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
  #probesAt = 0;
  #refusal: Refusal | undefined;
  #probing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A pass, or why there is none and for how long. */
  pass(urgent: boolean): Pass | (Refusal & { readonly retryAfterMs: number }) {
    const now = this.#clock.now();
    const retryAfterMs = this.#endsAt - now;
    if (this.#refusal === undefined || retryAfterMs <= 0) return FREE;
    if (!this.#probing && (urgent || now >= this.#probesAt)) return this.#probe(now);
    return { ...this.#refusal, retryAfterMs };
  }

  begin({ kind, reason }: Refusal, ms: number): void {
    this.#refusal = { kind, reason };
    const now = this.#clock.now();
    this.#endsAt = now + Math.min(ms, LONGEST_MS);
    this.#probesAt = now + PROBE_EVERY_MS;
  }

  #probe(now: number): Pass {
    this.#probing = true;
    this.#probesAt = now + PROBE_EVERY_MS;
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
