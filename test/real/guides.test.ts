/**
 * The guides, the README and the runbooks, tried literally: the commands of each page, one after another, by an administrator with kubectl, vault
 * and psql, where config/default is installed, the operator runs, and the samples are applied.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RealStack } from '../../hack/real/stack.ts';
import {
  applySamples,
  prepareVault,
  NAMESPACE as SAMPLES,
} from '../../hack/sandbox/preparation.ts';
import { Kustomize, ROOT } from '../deploy/kustomize.ts';
import { LAST_PAGE, scriptOf, triedPages } from '../guides/commands.ts';
import { Terminal } from '../guides/terminal.ts';
import type { KubeAdmin } from '../stage/kube-admin.ts';
import { OperatorProcess } from '../stage/operator-process.ts';
import { admins, startServers } from '../stage/real-servers.ts';

const NAMESPACE = 'vault-secrets-operator-system';
const ACCOUNT = 'vault-secrets-operator-controller-manager';
const PAGE_WITHIN_MS = 300_000;
/** Seconds. */
const TIMES = { ttl: 3600, max: 86_400, certificate: 86_400 };

describe('the commands of', () => {
  let stack: RealStack;
  let operator: OperatorProcess;
  let terminal: Terminal;

  before(async () => {
    stack = await startServers();
    const { kube, vault } = admins(stack);
    await new Kustomize(stack).apply('config/default');
    operator = new OperatorProcess({
      kubeconfig: await stack.operatorKubeconfig({ namespace: NAMESPACE, serviceAccount: ACCOUNT }),
      namespace: NAMESPACE,
      folder: stack.folder,
    });
    await operator.start({ args: ['--lease-overlap=2s', '--lease-owner-grace=2s'] });
    await prepareVault(vault, TIMES);
    const site = { kube, vault, vaultCa: stack.vault.caPem, runsPods: false };
    await applySamples(site);
    await applyDefaultConnection(site);
    terminal = new Terminal(stack);
  });
  after(async () => {
    await operator.stop();
    await stack.stop();
  });

  for (const page of triedPages(ROOT))
    it(page, { timeout: PAGE_WITHIN_MS }, async () => {
      // The page applies the samples itself, as an environment has them.
      if (page === LAST_PAGE) await withoutSamples(admins(stack).kube);
      const text = readFileSync(join(ROOT, page), 'utf8');
      await terminal.type(scriptOf(text));
    });
});

/** Those that were applied with fields of their own. */
async function withoutSamples(kube: KubeAdmin): Promise<void> {
  await kube.remove('vaultconnections', SAMPLES, 'vault');
  await kube.remove('deployments', SAMPLES, 'web');
}

/** For all who name none. */
async function applyDefaultConnection(site: {
  readonly kube: KubeAdmin;
  readonly vault: { readonly url: string };
  readonly vaultCa: string;
}): Promise<void> {
  const metadata = { name: 'vault-ca', namespace: NAMESPACE };
  const stringData = { 'ca.crt': site.vaultCa };
  await site.kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  await site.kube.apply({
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind: 'VaultConnection',
    metadata: { name: 'default', namespace: NAMESPACE },
    spec: { address: site.vault.url, caCertSecretRef: 'vault-ca' },
  });
}
