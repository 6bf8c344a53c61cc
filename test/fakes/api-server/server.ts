/**
 * A Kubernetes API server in one process, over real HTTP(S), for tests and the sandbox: as large as the operator's
 * scenarios need, with the real one's semantics. Time comes from a Clock; the hooks are the harness's hands.
 */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseAllDocuments } from 'yaml';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Judge } from './admission.ts';
import { Cluster } from './cluster.ts';
import { Exchange } from './exchange.ts';
import { Faults } from './faults.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { Later } from './later.ts';
import { type Fields, isFields, type Thing } from './objects.ts';
import { Record } from './record.ts';
import { Resources } from './resources.ts';
import { notFound } from './status.ts';
import type { Identity, TokenWish } from './tokens.ts';
import { Watches } from './watching.ts';
import type { Workloads } from './workloads.ts';

export interface ApiServerOptions {
  readonly clock: Clock;
  /** PEM texts; plain HTTP without. `ca` defaults to the certificate itself. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
  /** YAML or objects, applied before the server listens. CRDs among them are served before what follows them. */
  readonly manifests?: readonly (string | Fields)[];
}

/** Resources are named qualified: `secrets`, `deployments.apps`, `vaultauths.secrets.hashicorp.com`. */
export interface FakeApiServer {
  readonly url: string;
  readonly adminToken: string;
  readonly faults: Faults;
  readonly watches: Watches;
  readonly workloads: Workloads;
  readonly record: Record;
  /** When garbage is collected, and when namespaces and definitions empty themselves: delayMs, hold, release. */
  readonly garbage: Later;
  readonly namespaces: Later;
  /** For the administrator unless another token is given. */
  kubeconfig(token?: string): string;
  /** A further user that RBAC judges, known by this token. */
  addUser(token: string, name: string, groups?: readonly string[]): void;
  /** A token as TokenRequest would issue it; the account must exist. */
  tokenFor(namespace: string, serviceAccount: string, wish?: TokenWish): string;
  /** Who bears this token, as TokenReview would say; undefined when it is not valid for any of the audiences. */
  authenticate(token: string, audiences?: readonly string[]): Identity | undefined;
  /** Creates or merges as administrator, off the record and past admission's HTTP. */
  apply(...manifests: readonly (string | Fields)[]): Promise<void>;
  /** Reads past HTTP, RBAC and the record. */
  get(resource: string, namespace: string | undefined, name: string): Thing | undefined;
  list(resource: string, namespace?: string): Thing[];
  /** Asked about every write until disposed: a refusal simulates a webhook or quota. */
  admit(judge: Judge): Disposable;
  latestVersion(): string;
  /** Forgets the history up to this version (all of it, unless told): older watches and continue tokens get 410. */
  compact(version?: number): void;
  /** A copy of everything; the answer puts it back, as a restored etcd does, and breaks every connection. */
  backup(): () => void;
  /** Sends a bookmark to every watch that takes them, and gives the version it tells. */
  bookmarkAll(): string;
  /** Requests being served now, without watches and those parked by a fault. */
  inFlight(): number;
  stop(): Promise<void>;
}

const ADMIN_TOKEN = 'fake-admin-token';

export async function startApiServer(options: ApiServerOptions): Promise<FakeApiServer> {
  const { clock, tls } = options;
  const cluster = new Cluster(clock);
  cluster.tokens.add(ADMIN_TOKEN, 'admin', ['system:masters']);
  await applyAll(cluster, options.manifests ?? []);
  const { store, kinds, tokens, writer } = cluster;
  const [faults, record, watches] = [new Faults(), new Record(), new Watches(store, clock)];
  const resources = new Resources(store, kinds, writer, tokens, clock);
  const exchange = new Exchange({
    store,
    kinds,
    resources,
    watches,
    tokens,
    faults,
    record,
    clock,
  });
  const server = listener(tls, (request, response) => {
    // A caller that hangs up while it is read is no event here.
    exchange.serve(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${portOf(server)}`;
  return {
    url,
    adminToken: ADMIN_TOKEN,
    faults,
    watches,
    record,
    workloads: cluster.workloads,
    garbage: cluster.garbage,
    namespaces: cluster.namespaces,
    kubeconfig: (token = ADMIN_TOKEN) =>
      kubeconfig({ url, token, ca: tls && (tls.ca ?? tls.cert) }),
    addUser: (token, name, groups = []) => tokens.add(token, name, groups),
    tokenFor: (namespace, name, wish = {}) =>
      tokens.issue(accountOf(cluster, namespace, name), wish),
    authenticate: (token, audiences) => tokens.authenticate(token, audiences),
    apply: (...manifests) => applyAll(cluster, manifests),
    get: (resource, namespace, name) => store.get(resource, namespace, name),
    list: (resource, namespace) => store.list(resource, namespace),
    admit: (judge) => cluster.admission.register(judge),
    latestVersion: () => String(store.version),
    compact: (version) => store.compact(version),
    backup: () => {
      const restore = store.backup();
      return () => {
        restore();
        server.closeAllConnections();
      };
    },
    bookmarkAll: () => watches.bookmarkAll(),
    inFlight: () => exchange.inFlight,
    stop: async () => {
      faults.clear();
      watches.stop();
      cluster.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listener(tls: ApiServerOptions['tls'], serve: RequestListener): Server {
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  // Parked requests and watches stay for as long as the harness wants.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  return server;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

/** One turn of the event loop after each, so that definitions are served before objects of their kinds. */
async function applyAll(cluster: Cluster, manifests: readonly (string | Fields)[]): Promise<void> {
  for (const manifest of manifests)
    for (const object of typeof manifest === 'string' ? documents(manifest) : [manifest]) {
      cluster.apply(object);
      await Promise.resolve();
    }
}

function documents(manifests: string): Fields[] {
  const values: unknown[] = parseAllDocuments(manifests).map((document) => document.toJS());
  return values.filter(isFields);
}

function accountOf(cluster: Cluster, namespace: string, name: string): Thing {
  const account = cluster.store.get('serviceaccounts', namespace, name);
  if (account === undefined) throw notFound({ group: '', resource: 'serviceaccounts' }, name);
  return account;
}
