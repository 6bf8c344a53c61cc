/**
 * Time that stands still until a test moves it: days pass in milliseconds, and every run fires in the same order.
 * Alarms ring by their instant, then in the order in which they were set; none rings inside `at`.
 */
import type { Clock } from '../../src/runtime/clock.ts';
import { Heap } from '../../src/runtime/heap.ts';

interface Alarm {
  readonly whenMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** 2026-01-01T00:00:00Z: round, and far from zero as real instants are. */
const START_MS = 1_767_225_600_000;

export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #alarms = new Heap<Alarm>(ringsBefore);

  constructor(startMs = START_MS) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  at(whenMs: number, wake: () => void): Disposable {
    this.#order += 1;
    const alarm = { whenMs, order: this.#order, wake };
    this.#alarms.add(alarm);
    return { [Symbol.dispose]: () => this.#alarms.delete(alarm) };
  }

  /** When the next alarm rings; it may lie in the past. */
  nextAlarm(): number | undefined {
    return this.#alarms.first()?.whenMs;
  }

  /** Moves to the next alarm and rings it; false when there is none. */
  fireNext(): boolean {
    const alarm = this.#alarms.takeFirst();
    if (!alarm) return false;
    this.#nowMs = Math.max(this.#nowMs, alarm.whenMs);
    alarm.wake();
    return true;
  }

  /** Rings every alarm up to and including `whenMs`, also those set on the way, and stops there. Never goes back. */
  advanceTo(whenMs: number): void {
    for (;;) {
      const next = this.nextAlarm();
      if (next === undefined || next > whenMs) break;
      this.fireNext();
    }
    this.#nowMs = Math.max(this.#nowMs, whenMs);
  }

  advanceBy(ms: number): void {
    this.advanceTo(this.#nowMs + ms);
  }
}

function ringsBefore(a: Alarm, b: Alarm): boolean {
  return a.whenMs === b.whenMs ? a.order < b.order : a.whenMs < b.whenMs;
}
