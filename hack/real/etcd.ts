/** etcd, the API server's storage. Gives up durability across a power cut for speed; a killed etcd loses nothing. */
import { join } from 'node:path';

import { reservePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';
import { folderFor, logFor, type Site } from './site.ts';

export interface Etcd {
  readonly url: string;
  /** Folder of its data. */
  readonly data: string;
  readonly server: ServerProcess;
  /** Resolves when it answers. */
  start(): Promise<void>;
}

/** Resolves when it answers. */
export async function startEtcd(binary: string, site: Site): Promise<Etcd> {
  const [client, peer] = await Promise.all([reservePort(), reservePort()]);
  const folder = folderFor(site, 'etcd');
  const data = join(folder, 'data');
  const url = `http://127.0.0.1:${client.port}`;
  const peerUrl = `http://127.0.0.1:${peer.port}`;
  const server = new ServerProcess(
    {
      name: 'etcd',
      command: binary,
      args: [
        `--data-dir=${data}`,
        '--unsafe-no-fsync',
        '--log-level=warn',
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
      ],
      folder,
      log: logFor(site, 'etcd'),
    },
    site.guard,
  );
  const start = async (): Promise<void> => {
    server.start();
    await server.until('healthy', async () => (await fetch(`${url}/health`)).ok);
  };
  await Promise.all([client.release(), peer.release()]);
  await start();
  return { url, data, server, start };
}
