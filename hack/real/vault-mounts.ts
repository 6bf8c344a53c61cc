/** What Vault offers in every stack: where things are mounted and what they are connected to. No roles, no policies. */
import { setTimeout as pause } from 'node:timers/promises';

import type { ApiServer } from './api-server.ts';
import type { Postgres } from './postgres.ts';
import type { Vault } from './vault.ts';

const POLL_MS = 50;
const READY_WITHIN_MS = 10_000;

/** Mounts, and the name of the database connection (`database/config/postgres`). */
const VAULT_PATHS = {
  kubernetes: 'kubernetes',
  kv1: 'kv1',
  kv2: 'kv',
  jwt: 'jwt',
  appRole: 'approle',
  cert: 'cert',
  database: 'database',
  databaseConnection: 'postgres',
  transit: 'transit',
} as const;

export async function mountKv(vault: Vault): Promise<void> {
  const { kv1, kv2 } = VAULT_PATHS;
  await vault.request('POST', `sys/mounts/${kv1}`, { type: 'kv', options: { version: '1' } });
  await vault.request('POST', `sys/mounts/${kv2}`, { type: 'kv', options: { version: '2' } });
  await untilUpgraded(vault, kv2);
}

/** The API server's administrator reviews the tokens. */
export async function mountKubernetesAuth(vault: Vault, apiServer: ApiServer): Promise<void> {
  const { kubernetes } = VAULT_PATHS;
  await vault.request('POST', `sys/auth/${kubernetes}`, { type: 'kubernetes' });
  await vault.request('POST', `auth/${kubernetes}/config`, {
    kubernetes_host: apiServer.url,
    kubernetes_ca_cert: apiServer.caPem,
    token_reviewer_jwt: apiServer.adminToken,
    disable_local_ca_jwt: true,
  });
}

/** Logins without a role and, for jwt, without keys: who logs in so brings them. */
export async function mountOtherAuth(vault: Vault): Promise<void> {
  const { jwt, appRole, cert } = VAULT_PATHS;
  for (const path of [jwt, appRole, cert])
    await vault.request('POST', `sys/auth/${path}`, { type: path });
}

export async function mountDatabase(vault: Vault, postgres: Postgres): Promise<void> {
  const { database, databaseConnection } = VAULT_PATHS;
  await vault.request('POST', `sys/mounts/${database}`, { type: 'database' });
  await vault.request('POST', `${database}/config/${databaseConnection}`, {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
    connection_url: postgres.connectionString.replace(/\/\/.*@/, '//{{username}}:{{password}}@'),
    username: postgres.user,
    password: postgres.password,
  });
}

export async function mountTransit(vault: Vault): Promise<void> {
  await vault.request('POST', `sys/mounts/${VAULT_PATHS.transit}`, { type: 'transit' });
}

/** A new kv-v2 mount answers 400 while it prepares its storage. */
async function untilUpgraded(vault: Vault, mount: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while ((await vault.client.send('GET', `/v1/${mount}/config`)).status !== 200) {
    if (performance.now() > deadline)
      throw new Error(`the kv-v2 mount ${mount} does not get ready`);
    await pause(POLL_MS);
  }
}
