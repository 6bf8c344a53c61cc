/**
 * The real stack: etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL as child
 * processes on loopback, connected with each other and ready. Stacks do not collide, and a stack
 * ends with the process that started it, however that ends. Development and tests only.
 */
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type ApiServer, startApiServer } from './api-server.ts';
import { apply, type Manifest, readManifests } from './apply.ts';
import { backUp } from './backup.ts';
import { type Binaries, findOrBuild } from './binaries.ts';
import { startControllerManager } from './controller-manager.ts';
import { type Etcd, startEtcd } from './etcd.ts';
import { Guard } from './guard.ts';
import { kubeconfigFor } from './kubeconfig.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import type { ProcessId } from './processes.ts';
import { type Say, sayOnStderr } from './progress.ts';
import type { ServerProcess } from './server-process.ts';
import { ensureServiceAccount, requestToken, type ServiceAccount } from './service-accounts.ts';
import type { Site } from './site.ts';
import { startVault, type Vault } from './vault.ts';
import {
  mountDatabase,
  mountKubernetesAuth,
  mountKv,
  mountOtherAuth,
  mountTransit,
} from './vault-mounts.ts';
import { mountPki } from './vault-pki.ts';

/** Begins the name of every stack's folder. */
export const STACK_FOLDER_PREFIX = 'vault-lease-operator-real-';

export interface StackOptions {
  /** Files or folders of YAML, applied in this order before the controllers start, so that garbage collection knows the kinds in them from its beginning. */
  readonly manifests?: readonly string[];
  /** Folder that keeps the servers' logs. Unless given they go when the stack does. */
  readonly logs?: string;
  /** Told of slow steps and chosen binaries. Standard error unless given. */
  readonly say?: Say;
  /** Gives up starting. Without effect once the stack is up. */
  readonly signal?: AbortSignal;
}

export interface RealStack extends AsyncDisposable {
  /** Everything the stack writes; gone after `stop`. */
  readonly folder: string;
  readonly logs: string;
  readonly apiServer: ApiServer;
  readonly vault: Vault;
  readonly postgres: Postgres;
  /** Path of a kubectl that fits the server; to be used with `apiServer.adminKubeconfigPath`. */
  readonly kubectl: string;
  /** Path of the vault program, which is a client, too. */
  readonly vaultProgram: string;
  /** Those that run, by name. */
  processes(): Record<string, ProcessId>;
  /** Server-side apply as the administrator; resolves when custom kinds among it are served. */
  apply(yaml: string): Promise<Manifest[]>;
  /** Text for a client that is this service account and has its rights only. Makes namespace and account where missing. */
  operatorKubeconfig(of: ServiceAccount): Promise<string>;
  /** A token of the service account by TokenRequest. Makes namespace and account where missing. */
  serviceAccountToken(of: ServiceAccount, audiences?: readonly string[]): Promise<string>;
  /** A backup of what the API server holds, and the way to restore it in place, older versions and all. */
  backup(): Promise<() => Promise<void>>;
  /** Resolves when no process and no folder of it is left. */
  stop(): Promise<void>;
}

/** Resolves when every server is ready. Rejects, with all of it ended, when one does not get there. */
export async function startStack(options: StackOptions = {}): Promise<RealStack> {
  const manifests = (options.manifests ?? []).map(readManifests);
  const guard = new Guard();
  const giveUp = (): void => void guard.end();
  options.signal?.addEventListener('abort', giveUp);
  try {
    const binaries = await findOrBuild(guard, options.say ?? sayOnStderr);
    return stackOf(await startServers(binaries, siteFor(guard, options), manifests));
  } catch (error) {
    await guard.end();
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
}

interface Servers {
  readonly binaries: Binaries;
  readonly site: Site;
  readonly etcd: Etcd;
  readonly apiServer: ApiServer;
  readonly controllerManager: ServerProcess;
  readonly vault: Vault;
  readonly postgres: Postgres;
}

function siteFor(guard: Guard, options: StackOptions): Site {
  const folder = mkdtempSync(join(tmpdir(), STACK_FOLDER_PREFIX));
  guard.removeAtEnd(folder);
  chmodSync(folder, 0o711); // PostgreSQL may run as another user, who has to pass through
  const logs = options.logs ?? join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  return { folder, logs, guard };
}

async function startServers(
  binaries: Binaries,
  site: Site,
  manifests: readonly string[],
): Promise<Servers> {
  const starts = [
    startKubernetes(binaries, site, manifests),
    startVault(binaries, site),
    startPostgres(site),
  ] as const;
  const [kubernetes, vault, postgres] = await Promise.all(starts).catch(async (error: unknown) => {
    // The others are ended and waited for, so that none goes on starting and writing.
    await site.guard.end();
    await Promise.allSettled(starts);
    throw error;
  });
  await Promise.all([
    mountKv(vault),
    mountOtherAuth(vault),
    mountKubernetesAuth(vault, kubernetes.apiServer),
    mountDatabase(vault, postgres),
    mountTransit(vault),
    mountPki((method, path, body) => vault.request(method, path, body)),
  ]);
  return { binaries, site, ...kubernetes, vault, postgres };
}

async function startKubernetes(binaries: Binaries, site: Site, manifests: readonly string[]) {
  const etcd = await startEtcd(binaries.etcd, site);
  const apiServer = await startApiServer(binaries, etcd.url, site);
  for (const yaml of manifests) await apply(apiServer.client, yaml);
  const controllerManager = await startControllerManager(
    binaries.controllerManager,
    apiServer,
    site,
  );
  return { etcd, apiServer, controllerManager };
}

function stackOf(servers: Servers): RealStack {
  const { site, apiServer, vault, postgres } = servers;
  const admin = apiServer.client;
  const stop = async (): Promise<void> => {
    await Promise.all([apiServer.disconnect(), vault.disconnect()]);
    await site.guard.end();
  };
  const serviceAccountToken = async (of: ServiceAccount, audiences?: readonly string[]) => {
    await ensureServiceAccount(admin, of);
    return requestToken(admin, of, audiences);
  };
  return {
    folder: site.folder,
    logs: site.logs,
    kubectl: servers.binaries.kubectl,
    vaultProgram: servers.binaries.vault,
    apiServer,
    vault,
    postgres,
    processes: () => processesOf(servers),
    apply: (yaml) => apply(admin, yaml),
    serviceAccountToken,
    operatorKubeconfig: async (of) => {
      const { url, caPem } = apiServer;
      const token = await serviceAccountToken(of);
      return kubeconfigFor({ url, caPem, token, user: of.serviceAccount, namespace: of.namespace });
    },
    backup: () => backUp(servers),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function processesOf(servers: Servers): Record<string, ProcessId> {
  const { etcd, apiServer, controllerManager, vault, postgres, site } = servers;
  const all = [etcd.server, apiServer.server, controllerManager, vault.server, postgres.server];
  const running = all.flatMap(({ name, id }) => (id ? [[name, id] as const] : []));
  return Object.fromEntries([...running, ['watchdog', site.guard.process]]);
}
