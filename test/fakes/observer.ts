/** An observer that remembers, for tests that look at what was reported. Children report to the same memory. */
import type {
  Counters,
  Histograms,
  LogKeys,
  LogLevel,
  Observer,
} from '../../src/runtime/observer.ts';

export interface LogLine {
  readonly level: LogLevel;
  readonly sentence: string;
  readonly keys: LogKeys;
  readonly thrown: unknown;
}

export class RecordingObserver implements Observer {
  readonly lines: LogLine[];
  /** By metric and labels, as in the exposition format: `name{a="b"}`. */
  readonly figures: Map<string, number>;
  readonly #keys: LogKeys;

  constructor(parent?: RecordingObserver, keys: LogKeys = {}) {
    this.lines = parent?.lines ?? [];
    this.figures = parent?.figures ?? new Map();
    this.#keys = keys;
  }

  log(level: LogLevel, sentence: string, keys: LogKeys = {}, thrown?: unknown): void {
    this.lines.push({ level, sentence, keys: { ...this.#keys, ...keys }, thrown });
  }

  count<M extends keyof Counters>(metric: M, labels: Counters[M], by = 1): void {
    const series = seriesOf(metric, labels);
    this.figures.set(series, (this.figures.get(series) ?? 0) + by);
  }

  /** Counts the observations. */
  observe<M extends keyof Histograms>(metric: M, _seconds: number, labels: Histograms[M]): void {
    const series = seriesOf(metric, labels);
    this.figures.set(series, (this.figures.get(series) ?? 0) + 1);
  }

  with(keys: LogKeys): RecordingObserver {
    return new RecordingObserver(this, { ...this.#keys, ...keys });
  }
}

function seriesOf(metric: string, labels: object): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${metric}{${pairs.join(',')}}`;
}
