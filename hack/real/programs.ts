/** The programs of the real stack: what they are called, what they are built from, which found ones will do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Program } from './build.ts';
import { SERVER_SOURCES } from './folders.ts';

export interface Server extends Program {
  readonly versionArgs: readonly string[];
  /** Oldest [major, minor] that is used when found on this machine. */
  readonly oldest: readonly [number, number];
}

export const ETCD: Server = {
  name: 'etcd',
  module: 'etcd',
  package: 'go.etcd.io/etcd/server/v3',
  versionArgs: ['--version'],
  oldest: [3, 5],
};

export const API_SERVER = kubernetes('kube-apiserver', ['--version']);
export const CONTROLLER_MANAGER = kubernetes('kube-controller-manager', ['--version']);
export const KUBECTL = kubernetes('kubectl', ['version', '--client']);

export const VAULT: Server = {
  name: 'vault',
  module: 'vault',
  package: 'github.com/hashicorp/vault',
  versionArgs: ['version'],
  oldest: [1, 16],
};

export const CERTS: Program = { name: 'certs', module: 'certs', package: '.' };

function kubernetes(name: string, versionArgs: readonly string[]): Server {
  return {
    name,
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${name}`,
    versionArgs,
    oldest: [1, 31],
    linked: kubernetesVersion(),
  };
}

/** Kubernetes learns its version from the linker; without this `/version` would say v0.0.0. */
function kubernetesVersion(): Readonly<Record<string, string>> {
  const module = readFileSync(join(SERVER_SOURCES, 'kubernetes/go.mod'), 'utf8');
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(module) ?? [];
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      `k8s.io/component-base/version.${name}`,
      value ?? '',
    ]),
  );
}
