/**
 * The project's Dockerfile as data: stages and their instructions. Knows the few instructions that it uses and refuses
 * every other, so that nothing in it goes untested.
 */
import { readFileSync } from 'node:fs';

export type Instruction =
  | { readonly does: 'workdir'; readonly path: string }
  | { readonly does: 'arg'; readonly name: string; readonly preset: string }
  | { readonly does: 'run'; readonly command: string }
  | {
      readonly does: 'copy';
      /** A stage, or the build context. */
      readonly from: string | undefined;
      readonly sources: readonly string[];
      readonly target: string;
    }
  | { readonly does: 'user'; readonly user: string }
  | { readonly does: 'entrypoint'; readonly words: readonly string[] };

export interface Stage {
  /** Image that it starts from. */
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export function readDockerfile(path: string): Stage[] {
  return stagesOf(readFileSync(path, 'utf8'));
}

export function stagesOf(text: string): Stage[] {
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  const lines = text.split('\n').map((line) => line.trim());
  for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
    const from = /^FROM (\S+)(?: AS (\S+))?$/u.exec(line);
    if (from) stages.push({ base: from[1] ?? '', name: from[2], instructions: [] });
    else if (stages.length === 0) throw new Error(`before the first FROM: ${line}`);
    else stages.at(-1)?.instructions.push(instructionOf(line));
  }
  return stages;
}

function instructionOf(line: string): Instruction {
  const [, keyword = '', rest = ''] = /^([A-Z]+) (.+)$/u.exec(line) ?? [];
  switch (keyword) {
    case 'WORKDIR':
      return { does: 'workdir', path: rest };
    case 'ARG': {
      const [name = '', preset = ''] = rest.split('=');
      return { does: 'arg', name, preset };
    }
    case 'RUN':
      return { does: 'run', command: rest };
    case 'COPY':
      return copyOf(rest.split(/\s+/u));
    case 'USER':
      return { does: 'user', user: rest };
    case 'ENTRYPOINT':
      return { does: 'entrypoint', words: JSON.parse(rest) };
    default:
      throw new Error(`this Dockerfile instruction is not known to the tests: ${line}`);
  }
}

function copyOf(words: readonly string[]): Instruction {
  const flags = words.filter((word) => word.startsWith('--'));
  const [from, ...others] = flags.map((flag) => /^--from=(\S+)$/u.exec(flag)?.[1] ?? flag);
  if (others.length > 0 || from?.startsWith('--'))
    throw new Error(`COPY ${flags.join(' ')} is not known to the tests`);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.at(-1);
  if (paths.length < 2 || target === undefined) throw new Error('COPY needs a source and a target');
  return { does: 'copy', from, sources: paths.slice(0, -1), target };
}
