/** The steps, quick ones first, and how a command becomes a step. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import type { Step } from './run.ts';

const ROOT = join(import.meta.dirname, '../..');
/** As `npm run` sets it, so that the steps are the same without npm. */
const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);

export const STEPS: readonly Step[] = [
  command('generated', 'node', 'hack/gen.ts', '--check'),
  command('format', 'biome', 'check'),
  command('lint', 'oxlint'),
  command('types', 'tsc', '--noEmit'),
  command('dead-code', 'knip'),
  command('tests', 'npm', 'test'),
];

/** What it prints is its complaint when it does not end with 0. */
export function command(name: string, program: string, ...args: string[]): Step {
  return { name, run: () => complaintOf(program, args) };
}

async function complaintOf(program: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code, signal] = await once(child, 'close');
  if (code === 0) return undefined;
  return `${said.trimEnd()}\n(${program} ended with ${code ?? signal})`;
}
