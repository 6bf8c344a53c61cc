/**
 * The patience that one endpoint asked for. Promises that while it lasts no call leaves but a probe: one urgent call
 * at a time, whose success ends the pause. All our calls share Vault's limits, so one refusal speaks for all of them.
 */
import type { Clock } from '../runtime/clock.ts';
import { type Fault, FaultError } from '../runtime/fault.ts';

/** No server may silence us for longer than this. */
const LONGEST_MS = 300_000;

/** Dispose it when the call is over. */
export interface Pass extends Disposable {
  /** Tells that Vault answered again. */
  answered(): void;
}

export class Pause {
  readonly #clock: Clock;
  #endsAt = 0;
  #fault: Fault | undefined;
  #probing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws the fault that began the pause, with the time that is left of it. */
  pass(urgent: boolean): Pass {
    const leftMs = this.#endsAt - this.#clock.now();
    if (this.#fault === undefined || leftMs <= 0) return FREE;
    if (urgent && !this.#probing) return this.#probe();
    const { kind, reason, message } = this.#fault;
    throw new FaultError({ kind, reason, message, retryAfterMs: leftMs });
  }

  begin(fault: Fault, ms: number): void {
    this.#fault = fault;
    this.#endsAt = this.#clock.now() + Math.min(ms, LONGEST_MS);
  }

  #probe(): Pass {
    this.#probing = true;
    return {
      answered: () => {
        this.#fault = undefined;
      },
      [Symbol.dispose]: () => {
        this.#probing = false;
      },
    };
  }
}

/** For calls that no pause concerns. */
export const FREE: Pass = { answered: () => undefined, [Symbol.dispose]: () => undefined };
