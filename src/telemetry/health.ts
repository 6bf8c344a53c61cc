/**
 * The operator's own doors: /healthz and /readyz for the kubelet, /metrics for Prometheus, each pair on its address.
 * Promises to answer GET and HEAD of these three and nothing else, and to cut off whoever speaks slowly.
 * What is healthy is told by the checks that it is given.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../runtime/clock.ts';
import type { Observer } from '../runtime/observer.ts';
import { type Address, parseAddress } from './address.ts';

/** By name; undefined means well, a text says what is not. */
type Checks = Readonly<Record<string, () => string | undefined>>;

export interface HealthOptions {
  readonly clock: Clock;
  readonly observer: Observer;
  /** See `parseAddress`. */
  readonly probeAddress: string;
  readonly metricsAddress: string;
  /** When one fails for long, the kubelet restarts the process: only for what a restart mends. */
  readonly alive: Checks;
  /** A standby replica is ready: it only has to have seen the cluster once. */
  readonly ready: Checks;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** By path. */
type Pages = ReadonlyMap<string, () => Page | Promise<Page>>;

const TEXT = 'text/plain; charset=utf-8';
const NOT_FOUND: Page = { status: 404, type: TEXT, text: 'not found\n' };
const NOT_ALLOWED: Page = { status: 405, type: TEXT, text: 'method not allowed\n' };
const BROKEN: Page = { status: 500, type: TEXT, text: 'internal error\n' };
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
};
/** How long answers under way may take when the operator stops. */
const GRACE_MS = 2_000;

export class HealthServer {
  readonly #options: HealthOptions;
  readonly #servers: Server[] = [];

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Listens on both addresses; the ports that were taken, undefined where the address is off. Rejects with the system's error. */
  async start(): Promise<{ probes: number | undefined; metrics: number | undefined }> {
    const { alive, ready, metrics, probeAddress, metricsAddress } = this.#options;
    const probePages: Pages = new Map([
      ['/healthz', () => verdict(alive)],
      ['/readyz', () => verdict(ready)],
    ]);
    const scrape = async (): Promise<Page> => ({
      status: 200,
      type: metrics.contentType,
      text: await metrics.text(),
    });
    const metricPages: Pages = new Map([['/metrics', scrape]]);
    return {
      probes: await this.#listen(parseAddress(probeAddress), probePages),
      metrics: await this.#listen(parseAddress(metricsAddress), metricPages),
    };
  }

  /** Takes no more connections and resolves when the answers under way are sent, or cut off. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => this.#close(server)));
  }

  async #listen(address: Address | undefined, pages: Pages): Promise<number | undefined> {
    if (!address) return undefined;
    const server = createServer(LIMITS, (request, response) => {
      void this.#answer(pages, request, response);
    });
    server.listen(address);
    await once(server, 'listening');
    // Such as no free descriptor for one more connection: no reason to end the process.
    server.on('error', (thrown) => {
      this.#options.observer.log('error', 'a listening socket had an error', {}, thrown);
    });
    this.#servers.push(server);
    const bound = server.address();
    return typeof bound === 'object' ? bound?.port : undefined;
  }

  async #answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const page = await this.#pageOf(pages, request);
    response.writeHead(page.status, {
      'content-type': page.type,
      'content-length': Buffer.byteLength(page.text),
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : page.text);
  }

  async #pageOf(pages: Pages, request: IncomingMessage): Promise<Page> {
    const [path = ''] = (request.url ?? '').split('?');
    const page = pages.get(path);
    if (!page) return NOT_FOUND;
    if (request.method !== 'GET' && request.method !== 'HEAD') return NOT_ALLOWED;
    try {
      return await page();
    } catch (thrown) {
      this.#options.observer.log('error', 'a probe or scrape failed', { path }, thrown);
      return BROKEN;
    }
  }

  async #close(server: Server): Promise<void> {
    const { clock } = this.#options;
    const closed = once(server, 'close');
    server.close();
    using _alarm = clock.at(clock.now() + GRACE_MS, () => server.closeAllConnections());
    await closed;
  }
}

function verdict(checks: Checks): Page {
  const lines = Object.entries(checks).map(([name, check]) => [name, check()] as const);
  const bad = lines.filter(([, trouble]) => trouble !== undefined);
  if (bad.length === 0) return { status: 200, type: TEXT, text: 'ok\n' };
  const text = bad.map(([name, trouble]) => `${name}: ${trouble}\n`).join('');
  return { status: 500, type: TEXT, text };
}
