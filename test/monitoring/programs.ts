/** Prometheus' own programs, which check rules and queries as they will be read. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Rejects with reason and remedy when the program is not there. */
export async function needs(program: 'prometheus' | 'promtool'): Promise<void> {
  await execute(program, ['--version']).catch((cause: unknown) => {
    throw new Error(
      `${program} cannot be run, so neither alerts nor dashboard can be tried. ` +
        'Remedy: install Prometheus (Debian, Ubuntu: the package prometheus).',
      { cause },
    );
  });
}

/** What it says; rejects with that when it ends in failure. */
export async function promtool(...args: readonly string[]): Promise<string> {
  await needs('promtool');
  try {
    return (await execute('promtool', args)).stdout;
  } catch (thrown) {
    const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr) : '';
    const more = thrown instanceof Error && 'stdout' in thrown ? String(thrown.stdout) : '';
    throw new Error(`promtool ${args.join(' ')}:\n${more}${said}`, { cause: thrown });
  }
}
