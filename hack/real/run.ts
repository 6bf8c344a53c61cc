/** Runs a command to its end, in the guard's charge where it may last. Fails with what the command said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import type { Guard } from './guard.ts';
import type { Identity } from './server-process.ts';

const LAST_CHARACTERS = 2_000;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly identity?: Identity | undefined;
  readonly guard?: Guard;
}

/** The standard output. Rejects when the command is missing or does not exit with 0. */
export async function run(command: Command): Promise<string> {
  const child = spawn(command.command, command.args, {
    cwd: command.cwd,
    env: command.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: command.guard !== undefined,
    ...command.identity,
  });
  command.guard?.watch(child, 'SIGTERM');
  const [status, output, complaint] = await Promise.all([
    ended(child),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (status === 0) return output;
  throw new Error(
    `${command.command} ${command.args.join(' ')} failed (${status ?? 'killed'}):\n` +
      (output + complaint).slice(-LAST_CHARACTERS),
  );
}

/** The exit status; null when a signal ended it. */
async function ended(child: ChildProcess): Promise<number | null> {
  await once(child, 'exit');
  return child.exitCode;
}
