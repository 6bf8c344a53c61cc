/**
 * One server as a child process: started, waited for, terminated, started again on the same data.
 * Its output goes to a log file, whose end is told when it does not become ready.
 * Knows nothing of what the server serves.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type { Guard } from './guard.ts';
import { isGoneWithin, type ProcessId, signalGroup } from './processes.ts';

const POLL_MS = 50;
const READY_WITHIN_MS = 60_000;
const GRACE_MS = 15_000;
const TOLD_LINES = 20;

/** The user to run as, when it is not this process's own. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Working folder and home; also what the server takes for temporary files. */
  readonly folder: string;
  readonly log: string;
  readonly identity?: Identity | undefined;
  /** Ends it in order. SIGTERM unless given. */
  readonly orderly?: NodeJS.Signals;
  /** Ends it fast, when its data is thrown away. SIGKILL unless given. */
  readonly abrupt?: NodeJS.Signals;
}

export class ServerProcess {
  readonly #launch: Launch;
  readonly #guard: Guard;
  #child: ChildProcess | undefined;
  #id: ProcessId | undefined;

  constructor(launch: Launch, guard: Guard) {
    this.#launch = launch;
    this.#guard = guard;
  }

  get name(): string {
    return this.#launch.name;
  }

  /** Undefined while it does not run. */
  get id(): ProcessId | undefined {
    return this.#isRunning() ? this.#id : undefined;
  }

  start(): void {
    if (this.#isRunning()) throw new Error(`${this.name} runs already`);
    const { command, args, folder, log, identity } = this.#launch;
    const output = openSync(log, 'a');
    try {
      this.#child = spawn(command, args, {
        cwd: folder,
        env: environment(folder),
        stdio: ['ignore', output, output],
        detached: true,
        ...identity,
      });
      this.#id = this.#guard.watch(this.#child, this.#launch.abrupt ?? 'SIGKILL');
    } finally {
      closeSync(output);
    }
    this.#child.unref();
  }

  /** Polls `ready` (a rejection counts as not yet). Rejects with the log's end when the server exits or is not ready in a minute. */
  async until(what: string, ready: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    let trouble: unknown;
    for (;;) {
      if (!this.#isRunning()) throw this.#failure(`ended before it was ${what}`, trouble);
      try {
        if (await ready()) return;
      } catch (error) {
        trouble = error;
      }
      if (performance.now() > deadline) throw this.#failure(`is not ${what}`, trouble);
      await pause(POLL_MS);
    }
  }

  /** Resolves when it is gone: killed if the signal has not ended it in 15 s. Does nothing when it does not run. */
  async terminate(signal: NodeJS.Signals = this.#launch.orderly ?? 'SIGTERM'): Promise<void> {
    if (!this.#isRunning() || !this.#child || !this.#id) return;
    const noticed = once(this.#child, 'exit');
    this.#child.ref();
    signalGroup(this.#id, signal);
    if (!(await isGoneWithin(this.#id, GRACE_MS))) signalGroup(this.#id, 'SIGKILL');
    await noticed;
  }

  #isRunning(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  #failure(what: string, cause: unknown): Error {
    const log = readFileSync(this.#launch.log, 'utf8').trimEnd().split('\n').slice(-TOLD_LINES);
    const reason = cause instanceof Error ? ` (${cause.message})` : '';
    return new Error(`${this.name} ${what}${reason}. The end of its log:\n${log.join('\n')}`, {
      cause,
    });
  }
}

/** Nothing of the caller's environment but PATH: servers take flags, tokens and proxies from variables. */
function environment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, LC_ALL: 'C' };
}
