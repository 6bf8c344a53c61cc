/**
 * The real servers with a proxy in front of the API server and of Vault, and an operator that knows only the proxies.
 * Everybody else speaks with the servers themselves, so that nothing is judged through the instrument.
 */
import { join } from 'node:path';
import { makeBundle, ROOT } from '../../hack/bundle/make.ts';
import { stampOf } from '../../hack/bundle/stamp.ts';
import type { RealStack } from '../../hack/real/stack.ts';
import { OperatorProcess } from '../stage/operator-process.ts';
import { realAdmins, startServers } from '../stage/real-servers.ts';
import type { Ground } from '../stage/tenant.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { Sequence } from './sequence.ts';

export const OPERATOR_NAMESPACE = 'vault-operator';

export interface Rig extends Ground {
  readonly stack: RealStack;
  readonly operator: OperatorProcess;
  readonly sequence: Sequence;
  close(): Promise<void>;
}

export async function buildRig(): Promise<Rig> {
  const stack = await startServers();
  const { kube, vault, kubeconfig } = await realAdmins(stack, OPERATOR_NAMESPACE);
  const sequence = new Sequence();
  const before = (server: 'kubernetes' | 'vault', { url, caPem: ca }: Upstream) =>
    startProxy({ server, url, ca }, sequence);
  const kubeProxy = await before('kubernetes', stack.apiServer);
  const vaultProxy = await before('vault', stack.vault);
  const operator = new OperatorProcess({
    kubeconfig: through(kubeProxy, kubeconfig),
    namespace: OPERATOR_NAMESPACE,
    folder: stack.folder,
    script: await bundle(stack),
  });
  const close = async (): Promise<void> => {
    await operator.kill();
    await Promise.all([kubeProxy.close(), vaultProxy.close()]);
    await stack.stop();
  };
  const vaultAddress = vaultProxy.url;
  return { kube, vault, vaultAddress, vaultCa: vaultProxy.ca, stack, operator, sequence, close };
}

/** What ships; it also starts three times as fast as the sources. */
async function bundle({ folder }: RealStack): Promise<string> {
  const script = join(folder, 'operator.mjs');
  await makeBundle(script, stampOf(ROOT));
  return script;
}

type Upstream = Pick<RealStack['vault'], 'url' | 'caPem'>;

/** The kubeconfigs of the stack are JSON. */
function through({ url, ca }: Proxy, kubeconfig: string): string {
  const config: { clusters: { cluster: object }[] } = JSON.parse(kubeconfig);
  for (const each of config.clusters) {
    const authority = Buffer.from(ca).toString('base64');
    each.cluster = { server: url, 'certificate-authority-data': authority };
  }
  return JSON.stringify(config);
}
