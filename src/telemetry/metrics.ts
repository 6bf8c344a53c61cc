/**
 * Counters, gauges and histograms in a registry of their own, every series that can be known beforehand at zero.
 * Promises that nothing but the catalogue's names and labels is ever exposed, beside Node's own figures.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Counters, Histograms } from '../runtime/observer.ts';
import { countersOf, histogramsOf } from './catalogue.ts';
import { type Gauges, gaugesOf } from './gauges.ts';

export interface MetricsOptions {
  /** Of our custom resources. */
  readonly kinds: readonly string[];
  /** Labels of vso_build_info. */
  readonly build: Readonly<Record<string, string>>;
  /** Also memory, CPU, garbage collection and event loop lag of this process. */
  readonly withProcess: boolean;
}

type Series = Readonly<Record<string, string>>;

/** A gauge's series at this moment. */
export type Reading<M extends keyof Gauges> = Iterable<readonly [Gauges[M], number]>;

export type Readings = { readonly [M in keyof Gauges]?: Reading<M> };

interface Spec {
  readonly help: string;
  readonly labels: Readonly<Record<string, readonly string[] | 'open'>>;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges = new Map<
    string,
    { readonly gauge: Gauge; readonly zeros: readonly Series[] }
  >();
  readonly #readings: (() => Readings)[] = [];

  constructor(options: MetricsOptions) {
    for (const [name, spec] of specsOf(countersOf(options.kinds))) this.#addCounter(name, spec);
    for (const [name, spec] of specsOf(histogramsOf(options.kinds))) this.#addHistogram(name, spec);
    for (const [name, spec] of specsOf(gaugesOf(options.kinds))) this.#addGauge(name, spec);
    this.#addBuildInfo(options.build);
    if (options.withProcess) collectDefaultMetrics({ register: this.#registry });
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /** The exposition text. */
  async text(): Promise<string> {
    this.#readGauges();
    return this.#registry.metrics();
  }

  count<M extends keyof Counters>(metric: M, labels: Counters[M], by = 1): void {
    this.#counters.get(metric)?.inc({ ...labels }, by);
  }

  observe<M extends keyof Histograms>(metric: M, seconds: number, labels: Histograms[M]): void {
    this.#histograms.get(metric)?.observe({ ...labels }, seconds);
  }

  /** Asks at each scrape. A series that no answer holds is gone, or zero where it is known beforehand. */
  readAtScrape(read: () => Readings): void {
    this.#readings.push(read);
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
    const gauge = new Gauge({ ...this.#frame(name, help, labels) });
    this.#gauges.set(name, { gauge, zeros: seriesOf(labels) });
  }

  #readGauges(): void {
    for (const { gauge, zeros } of this.#gauges.values()) {
      gauge.reset();
      for (const series of zeros) gauge.set(series, 0);
    }
    const readings = this.#readings.flatMap((read) => Object.entries(read()));
    for (const [name, reading] of readings)
      for (const [labels, value] of reading)
        this.#gauges.get(name)?.gauge.set({ ...labels }, value);
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
function seriesOf(labels: Spec['labels']): readonly Series[] {
  let series: Series[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    if (values === 'open') return [];
    series = series.flatMap((one) => values.map((value) => ({ ...one, [label]: value })));
  }
  return series;
}
