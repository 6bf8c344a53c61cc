/**
 * Finds the servers' binaries: in $KUBEBUILDER_ASSETS, on PATH, else built once from the modules
 * under hack/servers. Says which was chosen. Servers that belong together come from one place.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { builtOnce } from './build.ts';
import type { Guard } from './guard.ts';
import {
  API_SERVER,
  CERTS,
  CONTROLLER_MANAGER,
  ETCD,
  KUBECTL,
  type Server,
  VAULT,
} from './programs.ts';
import type { Say } from './progress.ts';
import { run } from './run.ts';

export interface Binaries {
  readonly certs: string;
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly vault: string;
  /** For people; the stack itself does not need it. */
  readonly kubectl: string;
}

/** One after the other: a Go build uses every core by itself. */
export async function findOrBuild(guard: Guard, say: Say): Promise<Binaries> {
  const certs = await builtOnce(CERTS, guard, say);
  const etcd = await folderWith([ETCD], guard, say);
  const kubernetes = await folderWith([API_SERVER, CONTROLLER_MANAGER], guard, say);
  const vault = await folderWith([VAULT], guard, say);
  const kubectl = await folderWith([KUBECTL], guard, say);
  return {
    certs,
    etcd: join(etcd, ETCD.name),
    apiServer: join(kubernetes, API_SERVER.name),
    controllerManager: join(kubernetes, CONTROLLER_MANAGER.name),
    vault: join(vault, VAULT.name),
    kubectl: join(kubectl, KUBECTL.name),
  };
}

/** The first folder that has all of them in one usable version, else where they were built. */
async function folderWith(servers: readonly Server[], guard: Guard, say: Say): Promise<string> {
  for (const folder of searchedFolders()) {
    const version = await commonVersion(folder, servers, say);
    if (version === undefined) continue;
    say(`using ${namesOf(servers)} ${version} from ${folder}`);
    return folder;
  }
  let folder = '';
  for (const server of servers) folder = dirname(await builtOnce(server, guard, say));
  say(`using ${namesOf(servers)} from ${folder}`);
  return folder;
}

function searchedFolders(): string[] {
  const folders = [
    process.env['KUBEBUILDER_ASSETS'],
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.filter((folder): folder is string => !!folder);
}

/** The version that all of them have in this folder; undefined when one is missing, too old or of another version. */
async function commonVersion(
  folder: string,
  servers: readonly Server[],
  say: Say,
): Promise<string | undefined> {
  if (!servers.every(({ name }) => isExecutable(join(folder, name)))) return undefined;
  const versions = await Promise.all(servers.map((server) => versionIn(folder, server)));
  const [version] = versions;
  if (version !== undefined && versions.every((other) => other === version)) return version;
  say(`not using ${namesOf(servers)} from ${folder}: too old, or not of one version`);
  return undefined;
}

async function versionIn(folder: string, server: Server): Promise<string | undefined> {
  try {
    const said = await run({ command: join(folder, server.name), args: server.versionArgs });
    const [, version, major, minor] = /v?((\d+)\.(\d+)\.\d+)/.exec(said) ?? [];
    const [oldestMajor, oldestMinor] = server.oldest;
    const fits = Number(major) === oldestMajor && Number(minor) >= oldestMinor;
    return fits ? version : undefined;
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function namesOf(servers: readonly Server[]): string {
  return servers.map(({ name }) => name).join(', ');
}
