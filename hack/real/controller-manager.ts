/**
 * kube-controller-manager without the node controllers: default service accounts, garbage
 * collection, namespace deletion, ReplicaSets of Deployments.
 */
import type { ApiServer } from './api-server.ts';
import { ServerProcess } from './server-process.ts';
import { folderFor, logFor, type Site } from './site.ts';

/**
 * Resolves when its controllers act. The garbage collector looks for new kinds every 30 s, so kinds
 * whose dependents it shall collect at once are applied before.
 */
export async function startControllerManager(
  binary: string,
  apiServer: ApiServer,
  site: Site,
): Promise<ServerProcess> {
  const server = new ServerProcess(
    {
      name: 'kube-controller-manager',
      command: binary,
      args: [
        `--kubeconfig=${apiServer.adminKubeconfigPath}`,
        `--root-ca-file=${apiServer.caPath}`,
        `--service-account-private-key-file=${apiServer.signingKeyPath}`,
        '--leader-elect=false',
        '--use-service-account-credentials=false',
        '--controllers=*,-nodeipam,-nodelifecycle',
        '--secure-port=0',
        '--kube-api-qps=500',
        '--kube-api-burst=1000',
      ],
      folder: folderFor(site, 'kube-controller-manager'),
      log: logFor(site, 'kube-controller-manager'),
    },
    site.guard,
  );
  server.start();
  const made = '/api/v1/namespaces/default/serviceaccounts/default';
  await server.until('active', async () => {
    return (await apiServer.client.send('GET', made)).status === 200;
  });
  return server;
}
