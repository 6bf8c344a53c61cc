/**
 * Where the story plays: servers that speak real HTTP, embedded or real, and the operator as a process of its own.
 * Nothing of it is left when this process ends, however it ends.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../src/runtime/clock.ts';
import { OPERATOR_NAMESPACE, startFakeServers } from '../../test/stage/fake-servers.ts';
import type { KubeAdmin } from '../../test/stage/kube-admin.ts';
import { OperatorProcess } from '../../test/stage/operator-process.ts';
import { realAdmins } from '../../test/stage/real-servers.ts';
import { canLogIn, createDatabaseUser, databaseUsers } from '../../test/stage/real-stage.ts';
import type { VaultAdmin } from '../../test/stage/vault-admin.ts';
import { Guard } from '../real/guard.ts';
import { startStack } from '../real/stack.ts';

export interface Site {
  readonly title: string;
  readonly kube: KubeAdmin;
  readonly vault: VaultAdmin;
  readonly vaultCa: string;
  readonly operator: OperatorProcess;
  readonly operatorNamespace: string;
  /** False where there is no kubelet: then only what wants no pods rolls out. */
  readonly runsPods: boolean;
  /** For people. */
  readonly paths: {
    readonly kubectl: string;
    /** Of the administrator. */
    readonly kubeconfig: string;
    readonly vaultCa: string;
    readonly vaultToken: string;
  };
  /** Names of the database users that Vault made and that exist. */
  databaseUsers(): Promise<readonly string[]>;
  /** A user for good, for a static role. */
  createDatabaseUser(name: string): Promise<void>;
  canLogIn(user: string, password: string): Promise<boolean>;
  close(): Promise<void>;
}

/** As long as the pods of a small Deployment need; embedded ones would be there at once. */
const ROLLOUT_MS = 2_000;

/** The servers that the tests use, in this process: Node is all they need. */
export async function embeddedSite(): Promise<Site> {
  const { guard, folder } = place();
  const servers = await startFakeServers(new SystemClock(), { tls: true });
  const { kube, vault, vaultCa, operatorKubeconfig, vaultServer, api } = servers;
  api.workloads.delayMs = ROLLOUT_MS;
  const operator = operatorOf(operatorKubeconfig, folder, guard);
  return {
    title: 'an API server and a Vault embedded in this process',
    kube,
    vault,
    vaultCa,
    operator,
    operatorNamespace: OPERATOR_NAMESPACE,
    runsPods: true,
    paths: {
      kubectl: 'kubectl',
      kubeconfig: put(folder, 'kubeconfig', api.kubeconfig()),
      vaultCa: put(folder, 'vault-ca.crt', vaultCa),
      vaultToken: put(folder, 'vault-token', vaultServer.rootToken),
    },
    databaseUsers: async () => {
      const living = vaultServer.hooks.credentials().filter((each) => each.droppedAt === undefined);
      return living.map(({ username }) => username);
    },
    createDatabaseUser: async (name) => vaultServer.hooks.lasting.create(name),
    canLogIn: async (user, password) => vaultServer.hooks.lasting.accepts(user, password),
    close: async () => {
      await operator.stop();
      await servers.stop();
      await guard.end();
    },
  };
}

/** etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL. Rejects when the signal comes before they are up. */
export async function realSite(signal: AbortSignal): Promise<Site> {
  const stack = await startStack({ signal });
  const { guard, folder } = place();
  const { kube, vault, kubeconfig } = await realAdmins(stack, OPERATOR_NAMESPACE);
  const operator = operatorOf(kubeconfig, folder, guard);
  return {
    title: 'etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL',
    kube,
    vault,
    operator,
    vaultCa: stack.vault.caPem,
    operatorNamespace: OPERATOR_NAMESPACE,
    runsPods: false,
    paths: {
      kubectl: stack.kubectl,
      kubeconfig: stack.apiServer.adminKubeconfigPath,
      vaultCa: stack.vault.caPath,
      vaultToken: stack.vault.rootTokenPath,
    },
    databaseUsers: () => databaseUsers(stack),
    createDatabaseUser: (name) => createDatabaseUser(stack, name),
    canLogIn: (user, password) => canLogIn(stack, user, password),
    close: async () => {
      await operator.stop();
      await guard.end();
      await stack.stop();
    },
  };
}

function place(): { guard: Guard; folder: string } {
  const guard = new Guard();
  const folder = mkdtempSync(join(tmpdir(), 'vault-lease-operator-sandbox-'));
  guard.removeAtEnd(folder);
  return { guard, folder };
}

function operatorOf(kubeconfig: string, folder: string, guard: Guard): OperatorProcess {
  return new OperatorProcess({ kubeconfig, namespace: OPERATOR_NAMESPACE, folder, guard });
}

function put(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
