/** The observer of the running operator: log lines to pino, figures to prom-client. */
import type { Logger } from 'pino';
import type { Counters, Histograms, LogKeys, LogLevel, Observer } from '../runtime/observer.ts';
import type { Metrics } from './metrics.ts';

/** Names and messages come from objects that tenants write: no line grows with them. */
const LONGEST_TEXT = 2_048;

export class TelemetryObserver implements Observer {
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #keys: LogKeys;

  /** `keys` are on every line; few reconciles write one, so no child of the logger is made for them. */
  constructor(logger: Logger, metrics: Metrics, keys: LogKeys = {}) {
    this.#logger = logger;
    this.#metrics = metrics;
    this.#keys = keys;
  }

  log(level: LogLevel, sentence: string, keys: LogKeys = {}, thrown?: unknown): void {
    if (!this.#logger.isLevelEnabled(level)) return;
    const error = thrown === undefined ? {} : { error: thrown };
    this.#logger[level]({ ...shortened({ ...this.#keys, ...keys }), ...error }, sentence);
  }

  count<M extends keyof Counters>(metric: M, labels: Counters[M], by?: number): void {
    this.#metrics.count(metric, labels, by);
  }

  observe<M extends keyof Histograms>(metric: M, seconds: number, labels: Histograms[M]): void {
    this.#metrics.observe(metric, seconds, labels);
  }

  with(keys: LogKeys): Observer {
    return new TelemetryObserver(this.#logger, this.#metrics, { ...this.#keys, ...keys });
  }
}

function shortened(keys: LogKeys): LogKeys {
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, short(value)]));
}

function short(value: LogKeys[string]): LogKeys[string] {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : value;
}
