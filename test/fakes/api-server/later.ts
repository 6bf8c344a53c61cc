/**
 * When the server's own controllers act: at once (before any other request is read), after a delay by the clock,
 * or not until the harness lets them.
 */
import type { Clock } from '../../../src/runtime/clock.ts';

export class Later {
  readonly #clock: Clock;
  readonly #alarms = new Set<Disposable>();
  #waiting: (() => void)[] = [];
  #held = false;
  #stopped = false;
  /** Changed by the harness; counts for work that starts from now on. */
  delayMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  run(work: () => void): void {
    if (this.#held) this.#waiting.push(work);
    else if (this.delayMs === 0) queueMicrotask(() => this.#do(work));
    else this.#arm(work);
  }

  /** Nothing more happens until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) this.run(work);
  }

  stop(): void {
    this.#stopped = true;
    for (const alarm of this.#alarms) alarm[Symbol.dispose]();
  }

  #arm(work: () => void): void {
    const alarm = this.#clock.at(this.#clock.now() + this.delayMs, () => {
      this.#alarms.delete(alarm);
      this.#do(work);
    });
    this.#alarms.add(alarm);
  }

  #do(work: () => void): void {
    if (this.#stopped) return;
    if (this.#held) this.#waiting.push(work);
    else work();
  }
}
