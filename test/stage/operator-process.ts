/** The operator as a child process, as a pod would run it: a kubeconfig, an environment, signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard } from '../../hack/real/guard.ts';
import { COMPILED } from './compiled.ts';
import type { OperatorControl, OperatorOptions } from './stage.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const READY_WITHIN_MS = 60_000;
/** In JSON, and as a line for people. */
const LISTENING = /"msg":"listening"|\tlistening\t/u;
const ANY_PORTS = [
  '--metrics-bind-address=127.0.0.1:0',
  '--health-probe-bind-address=127.0.0.1:0',
] as const;

export interface OperatorSurroundings {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Where the kubeconfig is put. */
  readonly folder: string;
  /** A script instead of the sources, such as the bundle. */
  readonly script?: string;
  /** Flags of node itself. */
  readonly nodeFlags?: readonly string[];
  /** Ends it when this process dies. */
  readonly guard?: Guard;
}

/** Starts it in a way of its own, such as in a container, with these flags after its own. */
export type Launch = (flags: readonly string[]) => ChildProcess;

export class OperatorProcess implements OperatorControl {
  readonly #launch: Launch;
  #child: ChildProcess | undefined;
  #last: ChildProcess | undefined;
  #log = '';
  /** Where the log of the running process begins. */
  #startedAt = 0;
  #ports: { probes: number; metrics: number } | undefined;

  constructor(how: OperatorSurroundings | Launch) {
    this.#launch = typeof how === 'function' ? how : (flags) => launchNode(how, flags);
  }

  async start({ args = [] }: OperatorOptions = {}): Promise<void> {
    if (this.#child) throw new Error('the operator runs already');
    const child = this.#launch([...ANY_PORTS, ...args]);
    this.#child = child;
    this.#last = child;
    this.#ports = undefined;
    this.#startedAt = this.#log.length;
    child.stdout?.on('data', (chunk) => this.#take(String(chunk)));
    child.stderr?.on('data', (chunk) => this.#take(String(chunk)));
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    await this.#ready(child);
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async metrics(): Promise<string> {
    if (!this.#ports) throw new Error('the operator does not run');
    const answer = await fetch(`http://127.0.0.1:${this.#ports.metrics}/metrics`);
    return answer.text();
  }

  logs(): string {
    return this.#log;
  }

  /** How it ended, when it did. */
  get exitCode(): number | null | undefined {
    return this.#last?.exitCode;
  }

  /** Status of a probe, by its path. */
  async probe(path: '/healthz' | '/readyz'): Promise<number> {
    return (await fetch(`http://127.0.0.1:${this.#ports?.probes}${path}`)).status;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  #take(text: string): void {
    this.#log += text;
    if (this.#ports) return;
    const line = this.#log
      .slice(this.#startedAt)
      .split('\n')
      .findLast((each) => LISTENING.test(each));
    if (line) this.#ports = JSON.parse(line.slice(line.indexOf('{')));
  }

  async #ready(child: ChildProcess): Promise<void> {
    const end = Date.now() + READY_WITHIN_MS;
    while (Date.now() < end) {
      if (child.exitCode !== null) break;
      if (this.#ports && (await isOk(`http://127.0.0.1:${this.#ports.probes}/readyz`))) return;
      await sleep(50);
    }
    throw new Error(`the operator did not become ready:\n${this.#log.slice(-4000)}`);
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

function launchNode(
  { namespace, folder, kubeconfig, script = MAIN, nodeFlags = [], guard }: OperatorSurroundings,
  flags: readonly string[],
): ChildProcess {
  const path = join(folder, 'operator.kubeconfig');
  writeFileSync(path, kubeconfig, { mode: 0o600 });
  const words = [...nodeFlags, script, `--kubeconfig=${path}`, ...flags];
  const child = spawn(process.execPath, words, {
    env: { OPERATOR_NAMESPACE: namespace, PATH: process.env['PATH'], ...COMPILED },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: guard !== undefined,
  });
  guard?.watch(child, 'SIGTERM');
  return child;
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}
