/** Tokens and leases on their way back to Vault, in the background. One that does not get there ends by its TTL. */
import { type Clock, deadline } from '../runtime/clock.ts';

export class GiveBacks {
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(act: (signal: AbortSignal) => Promise<unknown>): void {
    const over = (): void => {
      this.#underWay.delete(work);
    };
    const work = act(this.#stop.signal).then(over, over);
    this.#underWay.add(work);
  }

  /** Resolves when those under way are over, at the latest after `ms`; then the rest is broken off. */
  async settle(ms: number): Promise<void> {
    using limit = deadline(this.#clock, ms, this.#stop.signal);
    limit.signal.addEventListener('abort', () => this.#stop.abort());
    await Promise.all(this.#underWay);
  }
}
