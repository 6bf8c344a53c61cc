/** Administrators of a real stack, with our definitions and the operator's rights applied. */

import { join } from 'node:path';
import { Agent } from 'undici';
import { type RealStack, startStack } from '../../hack/real/stack.ts';
import { KubeAdmin } from './kube-admin.ts';
import { crds, rights, SERVICE_ACCOUNT } from './rights.ts';
import { VaultAdmin } from './vault-admin.ts';

/** Known before the garbage collector starts, which looks for new kinds only now and then. */
const DEFINITIONS = join(import.meta.dirname, '..', '..', 'config', 'crd', 'bases');

export function startServers(): Promise<RealStack> {
  return startStack({ manifests: [DEFINITIONS] });
}

export interface RealAdmins {
  readonly kube: KubeAdmin;
  readonly vault: VaultAdmin;
  /** Of the operator, with the rights of config/rbac. */
  readonly kubeconfig: string;
}

export async function realAdmins(stack: RealStack, operatorNamespace: string): Promise<RealAdmins> {
  const { kube, vault } = admins(stack);
  await stack.apply(
    crds()
      .map((crd) => JSON.stringify(crd))
      .join('\n---\n'),
  );
  const kubeconfig = await stack.operatorKubeconfig({
    namespace: operatorNamespace,
    serviceAccount: SERVICE_ACCOUNT,
  });
  for (const right of rights(operatorNamespace)) await kube.apply(right);
  return { kube, vault, kubeconfig };
}

/** Nothing is applied. */
export function admins({ apiServer, vault: server }: RealStack): Omit<RealAdmins, 'kubeconfig'> {
  const kube = new KubeAdmin({
    url: apiServer.url,
    token: apiServer.adminToken,
    dispatcher: new Agent({ connect: { ca: apiServer.caPem } }),
  });
  const vault = new VaultAdmin({
    url: server.url,
    token: server.rootToken,
    dispatcher: new Agent({ connect: { ca: server.caPem } }),
  });
  return { kube, vault };
}
