/**
 * Where the API server is and who we are there: a kubeconfig (client-node reads it, with its exec and OIDC
 * plug-ins) or a pod's service account. Promises credentials that are read anew when asked, without blocking the
 * event loop for a pod's files. Opens no connection.
 */
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import path from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { FaultError, refused } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';

/** Node's own names, so that it can be given to a connector as it is. */
export type TlsMaterial = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'
>;

export interface Credentials {
  /** Sent with every request. */
  readonly headers: Sealed<Readonly<Record<string, string>>>;
  readonly tls: Sealed<TlsMaterial>;
}

export interface ClusterAccess {
  /** Scheme, host, port and perhaps a path; no slash at the end. */
  readonly server: string;
  readonly proxyUrl: string | undefined;
  /** The namespace of the context or of the pod. */
  readonly namespace: string | undefined;
  /** `renewed`: the API server refused the last ones, so nothing cached will do. */
  credentials(renewed: boolean): Promise<Credentials>;
}

export interface ClusterSource {
  readonly kubeconfigPath?: string;
  /** Of the kubeconfig, in place of its current one. */
  readonly context?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where a pod's service account is mounted. */
  readonly serviceAccountRoot?: string;
}

const SERVICE_ACCOUNT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Looks at the given file, then KUBECONFIG, the pod's service account, and ~/.kube/config, as controller-runtime does. */
export async function loadCluster(source: ClusterSource): Promise<ClusterAccess> {
  const env = source.env ?? {};
  const files = source.kubeconfigPath ?? env['KUBECONFIG'] ?? '';
  const { context } = source;
  if (files !== '') return fromKubeconfig(files.split(path.delimiter).filter(Boolean), context);
  if ((env['KUBERNETES_SERVICE_HOST'] ?? '') !== '') {
    return fromServiceAccount(env, source.serviceAccountRoot ?? SERVICE_ACCOUNT_ROOT);
  }
  return fromKubeconfig([path.join(env['HOME'] ?? '', '.kube', 'config')], context);
}

async function fromServiceAccount(
  env: Readonly<Record<string, string | undefined>>,
  root: string,
): Promise<ClusterAccess> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    proxyUrl: undefined,
    namespace: (await readText(path.join(root, 'namespace')).catch(() => '')) || undefined,
    credentials: async () => {
      const [token, ca] = await Promise.all([
        readText(path.join(root, 'token')),
        readText(path.join(root, 'ca.crt')),
      ]);
      return { headers: seal({ authorization: `Bearer ${token}` }), tls: seal({ ca }) };
    },
  };
}

function fromKubeconfig(files: readonly string[], context: string | undefined): ClusterAccess {
  let config = readKubeconfig(files, context);
  const cluster = currentCluster(config, files);
  return {
    server: cluster.server,
    proxyUrl: cluster.proxyUrl ?? undefined,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    credentials: (renewed) => {
      // A plug-in's token is cached in the KubeConfig until it expires: a new one asks again.
      if (renewed) config = readKubeconfig(files, context);
      return kubeconfigCredentials(config);
    },
  };
}

function readKubeconfig(files: readonly string[], context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    for (const [index, file] of files.entries()) {
      const part = new KubeConfig();
      part.loadFromFile(file);
      config.mergeConfig(part, index > 0);
    }
    if (context !== undefined) config.setCurrentContext(context);
    return config;
  } catch (cause) {
    const message = `the kubeconfig ${files.join(', ')} cannot be read: check that it is there and valid`;
    throw new FaultError({ kind: 'refused', reason: 'InvalidConfiguration', message }, { cause });
  }
}

function currentCluster(config: KubeConfig, files: readonly string[]): Cluster {
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw refused(
      'InvalidConfiguration',
      `the kubeconfig ${files.join(', ')} has no cluster for its current context: set current-context`,
    );
  }
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    throw refused(
      'InvalidConfiguration',
      'the kubeconfig names a server without TLS: set insecure-skip-tls-verify if credentials may travel in clear',
    );
  }
  return cluster;
}

async function kubeconfigCredentials(config: KubeConfig): Promise<Credentials> {
  // Not a websocket, but the one public method that gives both the headers and the TLS material.
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const material = { ca, cert, key, servername, rejectUnauthorized };
  return {
    headers: seal({ ...textHeaders(options.headers), ...basic(config.getCurrentUser()) }),
    tls: seal(
      Object.fromEntries(Object.entries(material).filter(([, value]) => value !== undefined)),
    ),
  };
}

function textHeaders(headers: RequestOptions['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      String(value).trim(),
    ]),
  );
}

function basic(user: User | null): Record<string, string> {
  if (typeof user?.username !== 'string') return {};
  const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim();
}
