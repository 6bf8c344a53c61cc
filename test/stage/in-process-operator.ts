/** The operator in this process, on a clock that the test moves: the same composition as main.ts, without a process. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KINDS } from '../../src/api/kinds.ts';
import { readConfig } from '../../src/config.ts';
import { expose } from '../../src/figures.ts';
import { loadCluster } from '../../src/kube/cluster-access.ts';
import { Operator } from '../../src/operator.ts';
import { podFiles } from '../../src/pod-files.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { TelemetryObserver } from '../../src/telemetry/observer.ts';
import type { OperatorControl, OperatorOptions } from './stage.ts';

export interface InProcessParts {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly clock: Clock;
  /** Waits until nothing is under way. */
  readonly settle: () => Promise<void>;
  /** Lets time go on to the next alarm, and settles. */
  readonly step: () => Promise<void>;
}

export class InProcessOperator implements OperatorControl {
  readonly #parts: InProcessParts;
  readonly #kubeconfigPath: string;
  #operator: Operator | undefined;
  #metrics: Metrics | undefined;
  #log = '';

  constructor(parts: InProcessParts) {
    this.#parts = parts;
    this.#kubeconfigPath = join(mkdtempSync(join(tmpdir(), 'vlo-stage-')), 'kubeconfig');
    writeFileSync(this.#kubeconfigPath, parts.kubeconfig);
  }

  async start({ args = [] }: OperatorOptions = {}): Promise<void> {
    if (this.#operator) throw new Error('the operator runs already');
    const { clock, namespace, settle } = this.#parts;
    const config = readConfig({
      args: ['--leader-elect=false', ...args],
      env: { OPERATOR_NAMESPACE: namespace },
      hostname: 'stage',
      podNamespace: undefined,
    });
    const access = await loadCluster({ kubeconfigPath: this.#kubeconfigPath });
    this.#metrics = new Metrics({ kinds: Object.keys(KINDS), build: {}, withProcess: false });
    const sink = { write: (line: string): void => void (this.#log += line) };
    const logger = createLogger({ level: 'debug', encoding: 'json' }, sink);
    const observer = new TelemetryObserver(logger, this.#metrics);
    const operator = new Operator({
      config,
      access,
      clock,
      observer,
      files: podFiles,
      version: 'stage',
    });
    this.#operator = operator;
    expose(this.#metrics, { operator, config, clock });
    const started = operator.start();
    await settle();
    await started;
    await settle();
  }

  async stop(): Promise<void> {
    const operator = this.#operator;
    this.#operator = undefined;
    let isStopped = false;
    const stopped = operator?.stop().finally(() => {
      isStopped = true;
    });
    while (operator && !isStopped) await this.#parts.step();
    await stopped;
  }

  async kill(): Promise<void> {
    const operator = this.#operator;
    this.#operator = undefined;
    await operator?.abandon();
  }

  async metrics(): Promise<string> {
    return (await this.#metrics?.text()) ?? '';
  }

  logs(): string {
    return this.#log;
  }

  /** Every watch that is open has seen the newest version; those that have not are sent a bookmark. */
  hasSeen(bookmark: () => string): boolean {
    const wired = this.#operator?.wired;
    if (!wired) return true;
    const { objects, secrets, namespaces } = wired;
    const needed = [...objects.reflectors, ...secrets.reflectors];
    // Not every operator may watch namespaces.
    const isDenied = namespaces.reflector.lastSeenVersion() === '';
    const watches = isDenied ? needed : [...needed, namespaces.reflector];
    if (watches.some((watch) => watch.lastSeenVersion() === '')) return true;
    const version = BigInt(bookmark());
    return watches.every(
      (watch) => !watch.isWatching || BigInt(watch.lastSeenVersion()) >= version,
    );
  }
}
