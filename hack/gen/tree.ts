/** Compares generated files with the working tree and brings them in. Knows nothing of what they hold. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** From the root of the repository, which is where paths of generated files start. */
export const ROOT = join(import.meta.dirname, '../..');

/** Folders that hold generated files only: what is in them and was not generated now is stale. */
const OWN_FOLDERS = ['config/crd/bases'];

/** Content by path. */
export type Files = ReadonlyMap<string, string>;

export interface Stale {
  readonly path: string;
  /** What it should hold; undefined when it should not be there. */
  readonly content: string | undefined;
}

export async function staleFiles(files: Files, root = ROOT): Promise<readonly Stale[]> {
  const stale: Stale[] = [];
  for (const [path, content] of files) {
    if ((await contentOf(join(root, path))) !== content) stale.push({ path, content });
  }
  for (const folder of OWN_FOLDERS) {
    for (const name of await namesIn(join(root, folder))) {
      const path = `${folder}/${name}`;
      if (!files.has(path)) stale.push({ path, content: undefined });
    }
  }
  return stale;
}

export async function writeFiles(stale: readonly Stale[], root = ROOT): Promise<void> {
  for (const { path, content } of stale) {
    const place = join(root, path);
    if (content === undefined) {
      await rm(place);
    } else {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content);
    }
  }
}

async function contentOf(place: string): Promise<string | undefined> {
  return readFile(place, 'utf8').catch(absent);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(absent)) ?? [];
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
