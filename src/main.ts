/**
 * The process: arguments, environment, signals and streams. The only reader of `process`; everything it finds there
 * is handed on as values.
 */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { KINDS } from './api/kinds.ts';
import { isForPeople, runCommandLine } from './command-line.ts';
import { type Config, ConfigError, helpText, readConfig } from './config.ts';
import { expose } from './figures.ts';
import { loadCluster } from './kube/cluster-access.ts';
import { Operator } from './operator.ts';
import { podFiles } from './pod-files.ts';
import { SystemClock } from './runtime/clock.ts';
import type { Observer } from './runtime/observer.ts';
import { HealthServer } from './telemetry/health.ts';
import { createLogger } from './telemetry/logger.ts';
import { Metrics } from './telemetry/metrics.ts';
import { TelemetryObserver } from './telemetry/observer.ts';
import { buildInfo, VERSION } from './version.ts';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const WRONG_USE = 2;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (isForPeople(args)) return serve(args);
  const config = await configured();
  if (config.action === 'help') return print(helpText());
  if (config.action === 'version') return print(JSON.stringify(buildInfo()));
  if (config.action === 'uninstall') return print('no finalizers are added: nothing to remove');
  await run(config);
}

/** A command for a person. What is still printing holds up the end of the process, so the code is only noted. */
async function serve(args: readonly string[]): Promise<void> {
  process.exitCode = await runCommandLine({
    args,
    env: process.env,
    clock: new SystemClock(),
    version: VERSION,
    print,
    complain: (text) => void process.stderr.write(`${text}\n`),
  });
}

async function configured(): Promise<Config> {
  try {
    return readConfig({
      args: process.argv.slice(2),
      env: process.env,
      hostname: hostname(),
      podNamespace: (await readFile(NAMESPACE_FILE, 'utf8').catch(() => undefined))?.trim(),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(WRONG_USE);
  }
}

async function run(config: Config): Promise<void> {
  const clock = new SystemClock();
  const metrics = new Metrics({ kinds: Object.keys(KINDS), build: buildInfo(), withProcess: true });
  const logger = createLogger(config.log);
  const observer = new TelemetryObserver(logger, metrics);
  dieLoudly(observer);
  for (const note of config.notes) observer.log('warn', note);
  const { kubeconfig } = config;
  const source = {
    env: process.env,
    ...(kubeconfig !== undefined && { kubeconfigPath: kubeconfig }),
  };
  const access = await loadCluster(source);
  const operator = new Operator({
    config,
    access,
    clock,
    observer,
    files: podFiles,
    version: VERSION,
  });
  expose(metrics, { operator, config, clock });
  const health = new HealthServer({
    clock,
    observer,
    metrics,
    probeAddress: config.healthAddress,
    metricsAddress: config.metricsAddress,
    alive: { work: () => operator.notAlive() },
    ready: { cluster: () => operator.notReady() },
  });
  const ports = await health.start();
  observer.log('info', 'listening', { ...ports, version: VERSION });
  stopOnSignals(async () => {
    await operator.stop();
    await health.stop();
  });
  await operator.start();
}

/** The first signal stops in order, the second at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      process.once(signal, () => process.exit(1));
      void stop().finally(() => process.exit(0));
    });
}

/** What nobody caught ends the process, with a line that holds no secret. */
function dieLoudly(observer: Observer): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (thrown: unknown) => {
      observer.log('error', 'the operator ends because of an error that nobody caught', {}, thrown);
      process.exit(1);
    });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
