/**
 * kube-apiserver with RBAC on, service account tokens of its own and one administrator known by a
 * static token. Can be terminated and started again on the same data and port.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Agent } from 'undici';

import { type Certificate, issueCertificate, makeSigningKey } from './certificates.ts';
import { HttpsClient, trusting } from './https-client.ts';
import { kubeconfigFor } from './kubeconfig.ts';
import { reservePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';
import { folderFor, logFor, type Site } from './site.ts';

export class ApiServer {
  readonly url: string;
  readonly caPem: string;
  readonly caPath: string;
  readonly adminToken: string;
  readonly adminKubeconfig: string;
  readonly adminKubeconfigPath: string;
  /** Private key with which service account tokens are signed. */
  readonly signingKeyPath: string;
  /** Speaks as the administrator. */
  readonly client: HttpsClient;
  readonly server: ServerProcess;
  readonly #agent: Agent;

  constructor(made: {
    url: string;
    certificate: Certificate;
    adminToken: string;
    signingKeyPath: string;
    folder: string;
    server: ServerProcess;
  }) {
    this.url = made.url;
    this.caPem = made.certificate.caPem;
    this.caPath = made.certificate.caPath;
    this.adminToken = made.adminToken;
    this.signingKeyPath = made.signingKeyPath;
    this.server = made.server;
    this.#agent = trusting(this.caPem);
    this.client = new HttpsClient(made.url, this.#agent, bearer(made.adminToken));
    this.adminKubeconfig = kubeconfigFor({
      ...made,
      caPem: this.caPem,
      token: made.adminToken,
      user: 'admin',
    });
    this.adminKubeconfigPath = join(made.folder, 'admin.kubeconfig');
    writeFileSync(this.adminKubeconfigPath, this.adminKubeconfig, { mode: 0o600 });
  }

  /** Speaks as whom the token names. */
  clientFor(token: string): HttpsClient {
    return this.client.with(bearer(token));
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    this.server.start();
    await this.server.until('ready', async () => {
      return (await this.client.send('GET', '/readyz')).status === 200;
    });
  }

  /** In order (SIGTERM) unless another signal is given. Resolves when it is gone. */
  async terminate(signal?: NodeJS.Signals): Promise<void> {
    await this.server.terminate(signal);
  }

  /** Ends the connections of the clients, not the server. */
  async disconnect(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Resolves when it is ready. */
export async function startApiServer(
  binaries: { readonly apiServer: string; readonly certs: string },
  etcdUrl: string,
  site: Site,
): Promise<ApiServer> {
  const folder = folderFor(site, 'kube-apiserver');
  const [reserved, certificate, signingKeyPath] = await Promise.all([
    reservePort(),
    issueCertificate(binaries.certs, site, 'kube-apiserver'),
    makeSigningKey(folder),
  ]);
  const adminToken = randomBytes(24).toString('base64url');
  const tokensPath = join(folder, 'tokens.csv');
  writeFileSync(tokensPath, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const server = new ServerProcess(
    {
      name: 'kube-apiserver',
      command: binaries.apiServer,
      args: flags({
        etcdUrl,
        port: reserved.port,
        certificate,
        tokensPath,
        signingKeyPath,
        folder,
      }),
      folder,
      log: logFor(site, 'kube-apiserver'),
    },
    site.guard,
  );
  const url = `https://127.0.0.1:${reserved.port}`;
  const apiServer = new ApiServer({ url, certificate, adminToken, signingKeyPath, folder, server });
  await reserved.release();
  await apiServer.start();
  return apiServer;
}

/** There is no kubelet, hence no pods and no need for the ServiceAccount admission that prepares them. */
function flags(of: {
  etcdUrl: string;
  port: number;
  certificate: Certificate;
  tokensPath: string;
  signingKeyPath: string;
  folder: string;
}): string[] {
  return [
    `--etcd-servers=${of.etcdUrl}`,
    `--secure-port=${of.port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--cert-dir=${of.folder}`,
    `--tls-cert-file=${of.certificate.certPath}`,
    `--tls-private-key-file=${of.certificate.keyPath}`,
    `--token-auth-file=${of.tokensPath}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${of.signingKeyPath}`,
    `--service-account-signing-key-file=${of.signingKeyPath}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
    // Without it an orderly end waits as long as some client watches.
    '--shutdown-watch-termination-grace-period=1s',
  ];
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
