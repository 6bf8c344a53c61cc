/** What a bundle says of itself: version, commit and the commit's date, so that it is the same whenever it is made. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The shape of BUILD in src/version.ts. */
export interface Stamp {
  readonly version: string;
  /** Ends in `-dirty` when the tree is not that of the commit. */
  readonly commit: string;
  /** RFC 3339. */
  readonly date: string;
}

const UNKNOWN = 'unknown';

/** Commit and date are `unknown` outside a git checkout. */
export function stampOf(root: string): Stamp {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const commit = git(root, ['rev-parse', 'HEAD']);
  const isDirty = commit !== UNKNOWN && git(root, ['status', '--porcelain']) !== '';
  return {
    version,
    commit: isDirty ? `${commit}-dirty` : commit,
    date: git(root, ['show', '-s', '--format=%cI', 'HEAD']),
  };
}

function git(cwd: string, args: readonly string[]): string {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: [...stdio] }).trim();
  } catch {
    return UNKNOWN;
  }
}
