/** The build context: the files of the repository that .dockerignore lets through. */
import { readFileSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, relative } from 'node:path';

interface Pattern {
  readonly matches: RegExp;
  readonly lets: boolean;
}

export class Context {
  readonly #root: string;
  readonly #patterns: readonly Pattern[];

  constructor(root: string) {
    this.#root = root;
    this.#patterns = patternsOf(readFileSync(join(root, '.dockerignore'), 'utf8'));
  }

  /** The last pattern that matches a path or a folder above it decides, as in Docker. */
  has(path: string): boolean {
    const hit = this.#patterns.findLast(({ matches }) =>
      withFoldersAbove(path).some((each) => matches.test(each)),
    );
    return hit?.lets ?? true;
  }

  /** As COPY does: the content of a folder, or a file into a folder or to a name. Nothing copied is an error. */
  async copy(source: string, target: string): Promise<void> {
    const from = join(this.#root, source);
    const isFolder = statSync(from).isDirectory();
    let copied = 0;
    await cp(from, target, {
      recursive: true,
      filter: (path) => {
        if (statSync(path).isDirectory()) return true;
        const passes = this.has(relative(this.#root, path));
        if (passes) copied += 1;
        return passes;
      },
    });
    if (copied === 0)
      throw new Error(
        `COPY ${source}: .dockerignore lets nothing of this ${isFolder ? 'folder' : 'file'} through`,
      );
  }
}

function patternsOf(text: string): Pattern[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ matches: regexOf(line.replace(/^!/u, '')), lets: line.startsWith('!') }));
}

/** `*` stays in a folder and `**` does not; a leading dot is a character like any other. */
function regexOf(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^$(){}|[\]\\]/gu, String.raw`\$&`)
    .replaceAll('**/', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '(?:.*/)?');
  return new RegExp(`^${source}$`, 'u');
}

function withFoldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}
