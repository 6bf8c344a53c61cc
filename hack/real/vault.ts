/**
 * A Vault server as in production: integrated storage, TLS, sealed after each start, one unseal key.
 * Can be terminated, killed, started, sealed and unsealed; its audit file counts calls exactly.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Agent } from 'undici';

import { type Certificate, issueCertificate } from './certificates.ts';
import { HttpsClient, trusting } from './https-client.ts';
import { reservePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';
import { folderFor, logFor, type Site } from './site.ts';

interface Initialised {
  readonly root_token: string;
  readonly keys_base64: readonly string[];
}

export class Vault {
  readonly url: string;
  readonly caPem: string;
  readonly caPath: string;
  /** JSON lines, a request and a response for every call but health checks and the like. */
  readonly auditPath: string;
  readonly rootTokenPath: string;
  readonly server: ServerProcess;
  readonly #agent: Agent;
  readonly #anonymous: HttpsClient;
  #initialised: Initialised = { root_token: '', keys_base64: [] };

  constructor(made: {
    url: string;
    certificate: Certificate;
    folder: string;
    server: ServerProcess;
  }) {
    this.url = made.url;
    this.caPem = made.certificate.caPem;
    this.caPath = made.certificate.caPath;
    this.auditPath = join(made.folder, 'audit.jsonl');
    this.rootTokenPath = join(made.folder, 'root-token');
    this.server = made.server;
    this.#agent = trusting(this.caPem);
    this.#anonymous = new HttpsClient(made.url, this.#agent, { 'x-vault-request': 'true' });
  }

  get rootToken(): string {
    return this.#initialised.root_token;
  }

  get unsealKeys(): readonly string[] {
    return this.#initialised.keys_base64;
  }

  /** Speaks with the root token. Paths begin with /v1/. */
  get client(): HttpsClient {
    return this.clientFor(this.rootToken);
  }

  /** Speaks with the token; without one, as nobody. */
  clientFor(token?: string): HttpsClient {
    return token === undefined ? this.#anonymous : this.#anonymous.with({ 'x-vault-token': token });
  }

  /** With the root token, `path` without /v1/. The whole answer; rejects from status 400 on, with Vault's words. */
  request<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    return this.client.request<T>(method, `/v1/${path}`, { body });
  }

  /** Resolves when it answers; it is sealed then. */
  async start(): Promise<void> {
    this.server.start();
    await this.server.until('answering', async () => (await this.#health()) > 0);
  }

  /** In order (SIGTERM) unless another signal is given. Resolves when it is gone. */
  async terminate(signal?: NodeJS.Signals): Promise<void> {
    await this.server.terminate(signal);
  }

  async seal(): Promise<void> {
    await this.request('PUT', 'sys/seal');
  }

  /** Resolves when it serves requests again. */
  async unseal(): Promise<void> {
    for (const key of this.unsealKeys) {
      await this.#anonymous.request('PUT', '/v1/sys/unseal', { body: { key } });
    }
    await this.server.until('active', async () => (await this.#health()) === 200);
  }

  /** Once, on new data. Leaves it unsealed, with its audit file. */
  async initialise(): Promise<void> {
    this.#initialised = await this.#anonymous.request<Initialised>('PUT', '/v1/sys/init', {
      body: { secret_shares: 1, secret_threshold: 1 },
    });
    writeFileSync(this.rootTokenPath, this.rootToken, { mode: 0o600 });
    await this.unseal();
    await this.request('PUT', 'sys/audit/file', {
      type: 'file',
      options: { file_path: this.auditPath },
    });
  }

  /** Ends the connections of the clients, not the server. */
  async disconnect(): Promise<void> {
    await this.#agent.destroy();
  }

  /** 200 active, 429 standby, 501 not initialised, 503 sealed. */
  async #health(): Promise<number> {
    return (await this.#anonymous.send('GET', '/v1/sys/health')).status;
  }
}

/** Resolves when it is unsealed and active. */
export async function startVault(
  binaries: { readonly vault: string; readonly certs: string },
  site: Site,
): Promise<Vault> {
  const folder = folderFor(site, 'vault');
  const [api, cluster, certificate] = await Promise.all([
    reservePort(),
    reservePort(),
    issueCertificate(binaries.certs, site, 'vault'),
  ]);
  const url = `https://127.0.0.1:${api.port}`;
  const config = configFor({ folder, port: api.port, clusterPort: cluster.port, certificate });
  const configPath = join(folder, 'config.json');
  writeFileSync(configPath, JSON.stringify(config));
  const server = new ServerProcess(
    {
      name: 'vault',
      command: binaries.vault,
      args: ['server', `-config=${configPath}`],
      folder,
      log: logFor(site, 'vault'),
    },
    site.guard,
  );
  const vault = new Vault({ url, certificate, folder, server });
  await Promise.all([api.release(), cluster.release()]);
  await vault.start();
  await vault.initialise();
  return vault;
}

function configFor(of: {
  folder: string;
  port: number;
  clusterPort: number;
  certificate: Certificate;
}): unknown {
  const { certPath: tls_cert_file, keyPath: tls_key_file } = of.certificate;
  return {
    // The smallest multiplier gives the shortest wait for a leader, of which there is only one candidate.
    storage: { raft: { path: of.folder, node_id: 'only', performance_multiplier: '1' } },
    listener: { tcp: { address: `127.0.0.1:${of.port}`, tls_cert_file, tls_key_file } },
    api_addr: `https://127.0.0.1:${of.port}`,
    cluster_addr: `https://127.0.0.1:${of.clusterPort}`,
    disable_mlock: true,
    log_level: 'info',
  };
}
