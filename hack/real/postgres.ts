/**
 * PostgreSQL of the system, on a data folder made on the spot. PostgreSQL refuses to run as root, so
 * root starts it as the user postgres. Gives up durability across a power cut for speed.
 */
import { randomBytes } from 'node:crypto';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Guard } from './guard.ts';
import { reservePort } from './ports.ts';
import { findPostgres, unprivilegedUser } from './postgres-programs.ts';
import { run } from './run.ts';
import { type Identity, ServerProcess } from './server-process.ts';
import { folderFor, logFor, type Site } from './site.ts';

const USER = 'postgres';
const FIELD = '\x1f';
const ROW = '\x1e';

export class Postgres {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Superuser. */
  readonly user = USER;
  readonly password: string;
  readonly database = 'postgres';
  readonly server: ServerProcess;
  readonly #psql: string;

  constructor(made: { port: number; password: string; psql: string; server: ServerProcess }) {
    this.port = made.port;
    this.password = made.password;
    this.server = made.server;
    this.#psql = made.psql;
  }

  /** Of the superuser, as libpq and Vault take it. */
  get connectionString(): string {
    const { user, password, host, port, database } = this;
    return `postgresql://${user}:${password}@${host}:${port}/${database}?sslmode=disable`;
  }

  /** Rows of text, as the superuser or as another; a NULL is empty. Rejects with psql's complaint. */
  async query(sql: string, as?: { user: string; password: string }): Promise<string[][]> {
    const { user, password } = as ?? this;
    const output = await run({
      command: this.#psql,
      args: ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-F', FIELD, '-R', ROW, '-c', sql],
      env: {
        PATH: process.env['PATH'],
        PGHOST: this.host,
        PGPORT: String(this.port),
        PGDATABASE: this.database,
        PGUSER: user,
        PGPASSWORD: password,
        PGSSLMODE: 'disable',
        PGCONNECT_TIMEOUT: '5',
      },
    });
    if (output === '') return [];
    const rows = output.replace(/\n$/, '').split(ROW);
    return rows.map((row) => row.split(FIELD));
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    this.server.start();
    await this.server.until('ready', async () => (await this.query('SELECT 1')).length === 1);
  }

  /** In order, without waiting for clients (SIGINT), unless another signal is given. Resolves when it is gone. */
  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.server.terminate(signal);
  }
}

/** Resolves when it answers. Rejects with reason and remedy when PostgreSQL is not installed. */
export async function startPostgres(site: Site): Promise<Postgres> {
  const programs = await findPostgres();
  const identity = await unprivilegedUser();
  const folder = folderFor(site, 'postgres');
  const password = randomBytes(24).toString('base64url');
  const data = await initialise(
    { initdb: programs.initdb, folder, password, identity },
    site.guard,
  );
  const reserved = await reservePort();
  const server = new ServerProcess(
    {
      name: 'postgres',
      command: programs.postgres,
      args: ['-D', data, '-p', String(reserved.port), ...settings()],
      folder,
      log: logFor(site, 'postgres'),
      identity,
      orderly: 'SIGINT',
      abrupt: 'SIGQUIT',
    },
    site.guard,
  );
  await reserved.release();
  const postgres = new Postgres({ port: reserved.port, password, psql: programs.psql, server });
  await postgres.start();
  return postgres;
}

/** The new data folder. It and the folder around it belong to the user who runs the server. */
async function initialise(
  of: { initdb: string; folder: string; password: string; identity: Identity | undefined },
  guard: Guard,
): Promise<string> {
  const { folder, identity } = of;
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, of.password, { mode: 0o600 });
  if (identity) {
    for (const path of [folder, passwordFile]) chownSync(path, identity.uid, identity.gid);
  }
  await run({
    command: of.initdb,
    args: [
      `--pgdata=${data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
    ],
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C' },
    identity,
    guard,
  });
  return data;
}

function settings(): string[] {
  return [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=300',
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
  ].flatMap((setting) => ['-c', setting]);
}
