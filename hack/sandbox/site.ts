/** Where the story plays: servers that speak real HTTP, embedded or real, and the operator as a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../src/runtime/clock.ts';
import { OPERATOR_NAMESPACE, startFakeServers } from '../../test/stage/fake-servers.ts';
import type { KubeAdmin } from '../../test/stage/kube-admin.ts';
import { OperatorProcess } from '../../test/stage/operator-process.ts';
import { realAdmins } from '../../test/stage/real-servers.ts';
import type { VaultAdmin } from '../../test/stage/vault-admin.ts';
import { startStack } from '../real/stack.ts';

export interface Site {
  readonly title: string;
  readonly kube: KubeAdmin;
  readonly vault: VaultAdmin;
  readonly vaultCa: string;
  readonly rootToken: string;
  readonly operator: OperatorProcess;
  readonly operatorNamespace: string;
  /** Of the administrator. */
  readonly kubeconfigPath: string;
  readonly vaultCaPath: string;
  close(): Promise<void>;
}

/** The servers that the tests use, in this process: Node is all they need. */
export async function embeddedSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'vault-lease-operator-sandbox-'));
  const servers = await startFakeServers(new SystemClock(), { tls: true });
  const { kube, vault, vaultCa, operatorKubeconfig, vaultServer, api } = servers;
  const kubeconfigPath = put(folder, 'kubeconfig', api.kubeconfig());
  const operator = new OperatorProcess({
    kubeconfig: operatorKubeconfig,
    namespace: OPERATOR_NAMESPACE,
    folder,
  });
  return {
    title: 'embedded API server and Vault',
    ...{ kube, vault, vaultCa, operator, kubeconfigPath },
    operatorNamespace: OPERATOR_NAMESPACE,
    rootToken: vaultServer.rootToken,
    vaultCaPath: put(folder, 'vault-ca.crt', vaultCa),
    close: async () => {
      await operator.stop();
      await servers.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL. */
export async function realSite(signal: AbortSignal): Promise<Site> {
  const stack = await startStack({ signal });
  const { kube, vault, kubeconfig } = await realAdmins(stack, OPERATOR_NAMESPACE);
  const operator = new OperatorProcess({
    kubeconfig,
    namespace: OPERATOR_NAMESPACE,
    folder: stack.folder,
  });
  return {
    title: 'etcd, kube-apiserver, kube-controller-manager, Vault and PostgreSQL',
    ...{ kube, vault, operator },
    operatorNamespace: OPERATOR_NAMESPACE,
    vaultCa: stack.vault.caPem,
    rootToken: stack.vault.rootToken,
    kubeconfigPath: stack.apiServer.adminKubeconfigPath,
    vaultCaPath: stack.vault.caPath,
    close: async () => {
      await operator.stop();
      await stack.stop();
    },
  };
}

function put(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
