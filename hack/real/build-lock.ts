/**
 * Lets one process build while the others wait. A lock whose owner is gone is taken over; should two
 * take it over at once, both build and the last rename wins, which costs time and harms nothing.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { codeOf } from './error-code.ts';
import type { Guard } from './guard.ts';
import { identify, isAlive, type ProcessId } from './processes.ts';
import { longStep, type Say } from './progress.ts';

const POLL_MS = 250;

/** Rejects when the guard ends while it waits. */
export async function withBuildLock(
  path: string,
  guard: Guard,
  say: Say,
  work: () => Promise<void>,
): Promise<void> {
  if (!taken(path)) await longStep('waiting for another build', say, () => untilTaken(path, guard));
  try {
    await work();
  } finally {
    rmSync(path, { force: true });
  }
}

async function untilTaken(path: string, guard: Guard): Promise<void> {
  while (!taken(path)) {
    if (guard.hasEnded) throw new Error('no longer waiting: the stack is being stopped');
    if (!isHeld(path)) rmSync(path, { force: true });
    else await pause(POLL_MS);
  }
}

/** Linked into place, so that a lock is never seen without its owner's name in it. */
function taken(path: string): boolean {
  const named = `${path}.${process.pid}`;
  writeFileSync(named, JSON.stringify(identify(process.pid)));
  try {
    linkSync(named, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(named, { force: true });
  }
}

/** Unreadable means that it was given up in this moment. */
function isHeld(path: string): boolean {
  try {
    const owner: ProcessId = JSON.parse(readFileSync(path, 'utf8'));
    return isAlive(owner);
  } catch {
    return false;
  }
}
