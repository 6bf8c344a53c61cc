/**
 * The record of the stack that `up` started, so that `status` and `down` find it from another
 * terminal. There is one at a time per cache folder; stacks started in-process leave no record.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { codeOf } from './error-code.ts';
import { STATE_FILE } from './folders.ts';
import { isAlive, type ProcessId } from './processes.ts';

export interface State {
  /** The `up` that stays with the stack. */
  readonly supervisor: ProcessId;
  /** Present once the stack is up. */
  readonly stack?: {
    readonly folder: string;
    readonly processes: Readonly<Record<string, ProcessId>>;
    /** Shell variables for clients; a value may be a command substitution. */
    readonly variables: Readonly<Record<string, string>>;
  };
}

/** Undefined when there is no record. */
export function readState(): State | undefined {
  try {
    const state: State = JSON.parse(readFileSync(STATE_FILE, 'utf8'));
    return state;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the first record; false when there is one already. */
export function claimState(state: State): boolean {
  const complete = written(state);
  try {
    linkSync(complete, STATE_FILE);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(complete, { force: true });
  }
}

export function replaceState(state: State): void {
  renameSync(written(state), STATE_FILE);
}

/** Leaves the record of a later stack alone. */
export function removeState({ supervisor }: State): void {
  const found = readState()?.supervisor;
  if (found?.pid !== supervisor.pid || found.startedAt !== supervisor.startedAt) return;
  rmSync(STATE_FILE, { force: true });
}

/** For people and for `eval`: remarks and exports. */
export function describe(state: State): string {
  const { supervisor, stack } = state;
  const processes = { supervisor, ...stack?.processes };
  const lines = Object.entries(processes).map(([name, id]) => {
    return `# ${name.padEnd(24)} ${isAlive(id) ? 'running' : 'gone   '}  pid ${id.pid}`;
  });
  if (!stack) return [...lines, '# the stack is being started'].join('\n');
  const variables = Object.entries(stack.variables);
  return [...lines, ...variables.map(([name, value]) => `export ${name}="${value}"`)].join('\n');
}

function written(state: State): string {
  const path = `${STATE_FILE}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  return path;
}
