/** Where this machine has PostgreSQL, and as whom it may be run. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { run } from './run.ts';
import type { Identity } from './server-process.ts';

const DEBIAN_VERSIONS = '/usr/lib/postgresql';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly psql: string;
}

/** From PATH, else the newest of Debian's side-by-side versions. Rejects with reason and remedy when there is none. */
export async function findPostgres(): Promise<PostgresPrograms> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...debianFolders()];
  const servers = folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => has(folder, name)),
  );
  const clients = [servers ?? '', ...folders].find((folder) => has(folder, 'psql'));
  if (!servers || !clients) {
    throw new Error(
      'The real stack needs PostgreSQL (initdb, postgres and psql), and it is neither on PATH ' +
        `nor under ${DEBIAN_VERSIONS}. Remedy: install it (Debian, Ubuntu: the package postgresql).`,
    );
  }
  return {
    initdb: join(servers, 'initdb'),
    postgres: join(servers, 'postgres'),
    psql: join(clients, 'psql'),
  };
}

/** For root the user whom PostgreSQL's package made; undefined means to run as oneself. */
export async function unprivilegedUser(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const [uid, gid] = await Promise.all([
      run({ command: 'id', args: ['-u', 'postgres'] }),
      run({ command: 'id', args: ['-g', 'postgres'] }),
    ]);
    return { uid: Number(uid), gid: Number(gid) };
  } catch (cause) {
    throw new Error(
      'PostgreSQL refuses to run as root, and there is no user postgres to run it as. ' +
        'Remedy: run as another user, or make one with `useradd --system postgres`.',
      { cause },
    );
  }
}

function debianFolders(): string[] {
  if (!existsSync(DEBIAN_VERSIONS)) return [];
  return readdirSync(DEBIAN_VERSIONS)
    .sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
    .map((version) => join(DEBIAN_VERSIONS, version, 'bin'));
}

function has(folder: string, name: string): boolean {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return folder !== '';
  } catch {
    return false;
  }
}
