/**
 * Builds a Go program once and keeps it. The place is named by what goes in (module files, Go
 * version, flags), the binary appears there whole or not at all, and a second builder waits.
 * Knows nothing of what the programs do.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { withBuildLock } from './build-lock.ts';
import { BUILT_SERVERS, SERVER_SOURCES } from './folders.ts';
import type { Guard } from './guard.ts';
import { longStep, type Say } from './progress.ts';
import { removeFolder } from './removal.ts';
import { run } from './run.ts';

export interface Program {
  readonly name: string;
  /** Folder of its module under hack/servers. */
  readonly module: string;
  /** Go package, as `go build` takes it. */
  readonly package: string;
  /** Variables set by the linker, for servers that report a version they are only told. */
  readonly linked?: Readonly<Record<string, string>>;
}

/** The path of the built program. Rejects with reason and remedy when there is no Go or the build fails. */
export async function builtOnce(program: Program, guard: Guard, say: Say): Promise<string> {
  const folder = join(BUILT_SERVERS, `${program.module}-${await digestOf(program)}`);
  const binary = join(folder, program.name);
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  await withBuildLock(`${binary}.lock`, guard, say, async () => {
    if (existsSync(binary)) return;
    await longStep(`building ${program.name}, once`, say, () => build(program, binary, guard));
  });
  return binary;
}

async function digestOf(program: Program): Promise<string> {
  const hash = createHash('sha256').update(await goVersion());
  hash.update(JSON.stringify(flagsFor(program)));
  const source = join(SERVER_SOURCES, program.module);
  for (const file of readdirSync(source).sort()) hash.update(readFileSync(join(source, file)));
  return hash.digest('hex').slice(0, 16);
}

async function goVersion(): Promise<string> {
  try {
    return await run({ command: 'go', args: ['env', 'GOVERSION', 'GOOS', 'GOARCH'] });
  } catch (cause) {
    throw new Error(
      'The real stack needs Go to build its servers, and `go` did not run. ' +
        'Remedy: install Go 1.26 or later (https://go.dev/dl) and put it on PATH.',
      { cause },
    );
  }
}

/** Output and work files go to a folder of this build, next to the binary's place, so that a rename suffices. */
async function build(program: Program, binary: string, guard: Guard): Promise<void> {
  const unfinished = `${binary}.${process.pid}`;
  const output = join(unfinished, program.name);
  guard.removeAtEnd(unfinished);
  mkdirSync(unfinished, { recursive: true });
  try {
    await run({
      command: 'go',
      args: ['build', ...flagsFor(program), '-o', output, program.package],
      cwd: join(SERVER_SOURCES, program.module),
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOTMPDIR: unfinished },
      guard,
    });
    renameSync(output, binary);
  } finally {
    await removeFolder(unfinished);
  }
}

function flagsFor(program: Program): string[] {
  const linked = Object.entries(program.linked ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return ['-ldflags', ['-s', '-w', ...linked].join(' ')];
}
