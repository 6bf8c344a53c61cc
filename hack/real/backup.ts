/**
 * A backup of the cluster and its restore in place. etcd's data is copied while etcd stands still; a restore starts
 * anew whatever remembers versions, as etcd's manual tells. Vault and PostgreSQL are left as they are: they live on.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { ApiServer } from './api-server.ts';
import type { Etcd } from './etcd.ts';
import type { ServerProcess } from './server-process.ts';
import type { Site } from './site.ts';

export interface Restorable {
  readonly site: Site;
  readonly etcd: Etcd;
  readonly apiServer: ApiServer;
  readonly controllerManager: ServerProcess;
}

/** Resolves when the cluster answers again. */
export async function backUp(servers: Restorable): Promise<() => Promise<void>> {
  const { site, etcd, apiServer } = servers;
  const copy = mkdtempSync(join(site.folder, 'backup-'));
  await etcd.server.terminate();
  cpSync(etcd.data, copy, { recursive: true });
  await etcd.start();
  await apiServer.server.until('ready', () => isReady(apiServer));
  return () => restore(servers, copy);
}

async function restore(
  { etcd, apiServer, controllerManager }: Restorable,
  copy: string,
): Promise<void> {
  await controllerManager.terminate('SIGKILL');
  await apiServer.terminate('SIGKILL');
  await etcd.server.terminate();
  rmSync(etcd.data, { recursive: true });
  cpSync(copy, etcd.data, { recursive: true });
  await etcd.start();
  await apiServer.start();
  controllerManager.start();
}

async function isReady({ client }: ApiServer): Promise<boolean> {
  return (await client.send('GET', '/readyz')).status === 200;
}
