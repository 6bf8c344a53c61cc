/**
 * The sockets to the API server and the credentials they carry. Promises that credentials are read at most once a
 * minute and once per refusal, by one reader at a time, and that a changed CA or client certificate leads to new
 * connections without a restart. HTTP/1.1 on purpose: cheaper per call, and one dead socket harms one watch.
 */
import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Clock } from '../runtime/clock.ts';
import type { ClusterAccess, Credentials, TlsMaterial } from './cluster-access.ts';

/** Calls share a bounded pool; watches and the leader's Lease must never wait behind them. */
export type Lane = 'shared' | 'own';

export interface Line {
  readonly dispatcher: Dispatcher;
  readonly credentials: Credentials;
}

const SHARED_CONNECTIONS = 16;
const KEEP_ALIVE_MS = 60_000;
/** Re-balances over the API servers behind a load balancer. */
const CONNECTION_LIFE_MS = 600_000;
const CONNECT_MS = 10_000;
/** Below the idle timeout of common load balancers. */
const TCP_PROBE_MS = 30_000;
const REREAD_MS = 60_000;
const REREAD_AFTER_FAILURE_MS = 10_000;

interface Held {
  readonly credentials: Credentials;
  readonly fingerprint: string;
  readonly lanes: Readonly<Record<Lane, Dispatcher>>;
}

export class Connections {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  #held: Held | undefined;
  #rereadAt = 0;
  #reading: Promise<Held> | undefined;

  constructor(access: ClusterAccess, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
  }

  /** Throws what reading the credentials threw, when there are none from before. */
  async line(lane: Lane): Promise<Line> {
    const held = this.#held;
    const current =
      held !== undefined && this.#clock.now() < this.#rereadAt ? held : await this.#reread(false);
    return { dispatcher: current.lanes[lane], credentials: current.credentials };
  }

  /** The API server refused `used`: reads anew, unless someone else did meanwhile. */
  async renew(used: Credentials): Promise<void> {
    if (this.#held?.credentials === used) await this.#reread(true);
  }

  async close(): Promise<void> {
    const lanes = Object.values(this.#held?.lanes ?? {});
    this.#held = undefined;
    await Promise.all(lanes.map((dispatcher) => dispatcher.destroy()));
  }

  #reread(renewed: boolean): Promise<Held> {
    this.#reading ??= this.#read(renewed).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(renewed: boolean): Promise<Held> {
    try {
      const credentials = await this.#access.credentials(renewed);
      this.#held = this.#adopt(credentials);
      this.#rereadAt = this.#clock.now() + REREAD_MS;
    } catch (thrown) {
      if (this.#held === undefined) throw thrown;
      this.#rereadAt = this.#clock.now() + REREAD_AFTER_FAILURE_MS;
    }
    return this.#held;
  }

  #adopt(credentials: Credentials): Held {
    const fingerprint = fingerprintOf(credentials.tls.open());
    const before = this.#held;
    if (before?.fingerprint === fingerprint) return { ...before, credentials };
    // Closing lets running calls end; their sockets go with them.
    for (const dispatcher of Object.values(before?.lanes ?? {})) void dispatcher.close();
    const open = (connections: number | null): Dispatcher =>
      openDispatcher(credentials.tls.open(), this.#access.proxyUrl, connections);
    return {
      credentials,
      fingerprint,
      lanes: { shared: open(SHARED_CONNECTIONS), own: open(null) },
    };
  }
}

function openDispatcher(
  tls: TlsMaterial,
  proxyUrl: string | undefined,
  connections: number | null,
): Dispatcher {
  const options = {
    connections,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    clientTtl: CONNECTION_LIFE_MS,
    // Deadlines are kept by the transport, on the injected clock.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: CONNECT_MS,
  };
  const { servername, rejectUnauthorized, ...material } = tls;
  const connect = {
    // Made once: node would make one for every connection.
    secureContext: createSecureContext(material),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    keepAlive: true,
    keepAliveInitialDelay: TCP_PROBE_MS,
  };
  return proxyUrl === undefined
    ? new Agent({ ...options, connect })
    : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect });
}

function fingerprintOf(tls: TlsMaterial): string {
  const { ca, cert, key, servername, rejectUnauthorized } = tls;
  return createHash('sha256')
    .update(JSON.stringify([ca, cert, key, servername, rejectUnauthorized]))
    .digest('hex');
}
