/**
 * Which process is meant, also after its number has been given to another one: a number and the
 * instant at which it started. Promises to signal only processes that match both.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { codeOf } from './error-code.ts';

const POLL_MS = 20;
/** The kernel may take a moment to clear a large process away. */
const KILLED_WITHIN_MS = 10_000;

export interface ProcessId {
  readonly pid: number;
  /** Opaque: equal for the same process, different for a later one with the same number. */
  readonly startedAt: string;
}

/** A process to be ended, and how it prefers that. It leads a process group of its own. */
export interface Ending {
  readonly process: ProcessId;
  readonly signal: NodeJS.Signals;
}

/** The identity of a process that runs or has ended without its parent having noticed; else undefined. */
export function identify(pid: number): ProcessId | undefined {
  const startedAt = look(pid)?.startedAt;
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(id: ProcessId): boolean {
  const seen = look(id.pid);
  return seen?.startedAt === id.startedAt && !seen.isZombie;
}

/** Resolves true once the process is gone, false when it still lives after `graceMs`. */
export async function isGoneWithin(id: ProcessId, graceMs: number): Promise<boolean> {
  const until = performance.now() + graceMs;
  while (isAlive(id)) {
    if (performance.now() >= until) return false;
    await pause(POLL_MS);
  }
  return true;
}

/** Asks each with its signal, and kills what is left of its group when it is gone, or after `graceMs`. Resolves when they are gone. */
export async function endAll(endings: readonly Ending[], graceMs: number): Promise<void> {
  const alive = endings.filter(({ process: id }) => isAlive(id));
  for (const { process: id, signal } of alive) signalGroup(id, signal);
  await Promise.all(
    alive.map(async ({ process: id }) => {
      const isGone = await isGoneWithin(id, graceMs);
      kill(-id.pid, 'SIGKILL');
      if (!isGone) await isGoneWithin(id, KILLED_WITHIN_MS);
    }),
  );
}

/** Signals the group led by this very process; does nothing when it is gone. */
export function signalGroup(id: ProcessId, signal: NodeJS.Signals): void {
  if (isAlive(id)) kill(-id.pid, signal);
}

/** With a negative number the group, whose leader's number is not given away while it has members. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

interface Sighting {
  readonly startedAt: string;
  readonly isZombie: boolean;
}

function look(pid: number): Sighting | undefined {
  try {
    return process.platform === 'linux' ? lookInProc(pid) : askPs(pid);
  } catch {
    return undefined;
  }
}

/** Fields after the command's closing parenthesis: state is the 1st, start time in clock ticks since boot the 20th. */
function lookInProc(pid: number): Sighting | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startedAt = rest[18];
  return startedAt === undefined ? undefined : { startedAt, isZombie: state === 'Z' };
}

function askPs(pid: number): Sighting | undefined {
  const answer = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [state = '', ...start] = answer.trim().split(/\s+/);
  return start.length === 0
    ? undefined
    : { startedAt: start.join(' '), isZombie: state.startsWith('Z') };
}
