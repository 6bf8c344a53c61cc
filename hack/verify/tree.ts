/**
 * Whether files changed between two moments: tracked ones and new ones, not those that .gitignore names. Looks with
 * an index and an object folder of its own, so that neither the user's index nor the repository is touched.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Tree extends AsyncDisposable {
  /** One line per file that is not as it was: A, D or M and its path; undefined when all are. */
  changes(): Promise<string | undefined>;
}

/** Rejects outside a git checkout. */
export async function openTree(folder: string): Promise<Tree> {
  const objects = await git(folder, {}, 'rev-parse', '--git-path', 'objects');
  const own = await mkdtemp(join(tmpdir(), 'verify-'));
  const env = {
    GIT_INDEX_FILE: join(own, 'index'),
    GIT_OBJECT_DIRECTORY: own,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: resolve(folder, objects),
  };
  const snapshot = async (): Promise<string> => {
    await git(folder, env, 'add', '--all');
    return git(folder, env, 'write-tree');
  };
  const before = await snapshot();
  return {
    changes: async () => {
      const after = await snapshot();
      const lines = await git(folder, env, 'diff-tree', '-r', '--name-status', before, after);
      return lines === '' ? undefined : lines;
    },
    [Symbol.asyncDispose]: () => rm(own, { recursive: true, force: true }),
  };
}

async function git(
  cwd: string,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<string> {
  const { stdout } = await execute('git', args, { cwd, env: { ...withoutHook(), ...env } });
  return stdout.trim();
}

/** Inside a git hook these name the user's repository and index, whatever the folder. */
const OF_A_HOOK = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY'];

export function withoutHook(): NodeJS.ProcessEnv {
  const variables = Object.entries(process.env);
  return Object.fromEntries(variables.filter(([name]) => !OF_A_HOOK.includes(name)));
}
