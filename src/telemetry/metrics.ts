/**
 * Counters, gauges and histograms in a registry of their own, every series that can be known beforehand at zero.
 * Promises that nothing but the catalogue's names and labels is ever exposed, beside Node's own figures.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Counters, Gauges, Histograms } from '../runtime/observer.ts';
import { countersOf, GAUGES, histogramsOf } from './catalogue.ts';

export interface MetricsOptions {
  /** Of our custom resources. */
  readonly kinds: readonly string[];
  /** Labels of vso_build_info. */
  readonly build: Readonly<Record<string, string>>;
  /** Also memory, CPU, garbage collection and event loop lag of this process. */
  readonly withProcess: boolean;
}

/** A gauge's series at this moment. */
export type Reading<M extends keyof Gauges> = Iterable<readonly [Gauges[M], number]>;

interface Spec {
  readonly help: string;
  readonly labels: Readonly<Record<string, readonly string[] | 'open'>>;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #readings = new Map<string, () => void>();

  constructor(options: MetricsOptions) {
    for (const [name, spec] of specsOf(countersOf(options.kinds))) this.#addCounter(name, spec);
    for (const [name, spec] of specsOf(histogramsOf(options.kinds))) this.#addHistogram(name, spec);
    for (const [name, spec] of specsOf(GAUGES)) this.#addGauge(name, spec);
    this.#addBuildInfo(options.build);
    if (options.withProcess) collectDefaultMetrics({ register: this.#registry });
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /** The exposition text. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  count<M extends keyof Counters>(metric: M, labels: Counters[M], by = 1): void {
    this.#counters.get(metric)?.inc({ ...labels }, by);
  }

  observe<M extends keyof Histograms>(metric: M, seconds: number, labels: Histograms[M]): void {
    this.#histograms.get(metric)?.observe({ ...labels }, seconds);
  }

  set<M extends keyof Gauges>(metric: M, value: number, labels: Gauges[M]): void {
    this.#gauges.get(metric)?.set({ ...labels }, value);
  }

  /** Asks for a gauge's values at each scrape instead of being told of every change. */
  readAtScrape<M extends keyof Gauges>(metric: M, read: () => Reading<M>): void {
    this.#readings.set(metric, () => {
      for (const [labels, value] of read()) this.set(metric, value, labels);
    });
  }

  #addCounter(name: string, { help, labels }: Spec): void {
    const counter = new Counter({ ...this.#frame(name, help, labels) });
    for (const series of seriesOf(labels)) counter.inc(series, 0);
    this.#counters.set(name, counter);
  }

  #addHistogram(name: string, { help, labels }: Spec): void {
    const histogram = new Histogram({ ...this.#frame(name, help, labels), buckets: BUCKETS });
    for (const series of seriesOf(labels)) histogram.zero(series);
    this.#histograms.set(name, histogram);
  }

  #addGauge(name: string, { help, labels }: Spec): void {
    const collect = (): void => this.#readings.get(name)?.();
    const gauge = new Gauge({ ...this.#frame(name, help, labels), collect });
    for (const series of seriesOf(labels)) gauge.set(series, 0);
    this.#gauges.set(name, gauge);
  }

  #addBuildInfo(build: Readonly<Record<string, string>>): void {
    const help = 'What this process was built from; always 1.';
    new Gauge({ ...this.#frame('vso_build_info', help, build) }).set({ ...build }, 1);
  }

  #frame(name: string, help: string, labels: object) {
    return { name, help, labelNames: Object.keys(labels), registers: [this.#registry] };
  }
}

function specsOf(catalogue: Readonly<Record<string, Spec>>): readonly (readonly [string, Spec])[] {
  return Object.entries(catalogue);
}

/** Every combination of the labels' values; none when a label is open. */
function seriesOf(labels: Spec['labels']): readonly Record<string, string>[] {
  let series: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    if (values === 'open') return [];
    series = series.flatMap((one) => values.map((value) => ({ ...one, [label]: value })));
  }
  return series;
}
