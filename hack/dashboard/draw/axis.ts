/** Where the ticks of an axis are and what is written at them. */
import type { Point, Series } from './figures.ts';
import { said, scaleOf, stepOf } from './unit.ts';

export interface Tick {
  readonly at: number;
  readonly words: string;
}

/** From the first tick to the last. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
}

const STEPS = 4;
const TIME_TICKS = 7;

/** Of rounding, in steps. */
const TINY = 1e-9;

/** Zero is on it, so that heights can be compared. */
export function valueAxis(series: readonly Series[], unit: string): Axis {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values) || (low < 0 ? 0 : 1);
  const step = stepOf(unit, (high - low) / STEPS);
  const first = Math.floor(low / step + TINY);
  const last = Math.max(first + 1, Math.ceil(high / step - TINY));
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { low: first * step, high: last * step, ticks: ticksAt(numbers, step, unit) };
}

/** Seconds since the beginning. */
export function timeAxis(length: number): Axis {
  const step = stepOf('s', Math.max(1.1, length / TIME_TICKS));
  const count = Math.floor(length / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => index * step);
  return { low: 0, high: length, ticks: ticks.map((at) => ({ at, words: clock(at) })) };
}

/** 1:05 is a minute and five seconds. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** The last value there is. */
export function lastOf(points: readonly Point[]): number | undefined {
  return points.at(-1)?.[1];
}

/** All in one scale: of whole numbers where there is one. */
function ticksAt(numbers: readonly number[], step: number, unit: string): readonly Tick[] {
  const scale = scaleOf(unit, step >= 1 ? step : Math.max(...numbers.map(Math.abs)));
  return numbers.map((at) => ({ at, words: said(at, scale) }));
}
