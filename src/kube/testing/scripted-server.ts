/**
 * A server that answers what a test says, byte by byte if need be, on a loopback port. It keeps every request it
 * was sent and counts its connections. It knows nothing of Kubernetes.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { seal } from '../../runtime/sealed.ts';
import type { ClusterAccess } from '../cluster-access.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Reply =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

export type Script = (request: Received, count: number) => Reply | Promise<Reply>;

export class ScriptedServer implements AsyncDisposable {
  readonly requests: Received[] = [];
  connections = 0;
  readonly #server: Server;

  private constructor(script: Script) {
    this.#server = createServer((incoming, response) => {
      void this.#answer(script, incoming, response);
    });
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(script);
    const listening = Promise.withResolvers<void>();
    scripted.#server.listen(0, '127.0.0.1', listening.resolve);
    await listening.promise;
    return scripted;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  access(over: Partial<ClusterAccess> = {}): ClusterAccess {
    const headers = seal({ authorization: 'Bearer t0' });
    return {
      server: this.url,
      proxyUrl: undefined,
      namespace: undefined,
      credentials: () => Promise.resolve({ headers, tls: seal({}) }),
      ...over,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
  }

  async #answer(
    script: Script,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://scripted.invalid');
    const received = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: await textOf(incoming),
    };
    this.requests.push(received);
    const reply = await script(received, this.requests.length);
    if (typeof reply === 'function') return reply(response);
    response.writeHead(reply.status ?? 200, {
      'content-type': 'application/json',
      ...reply.headers,
    });
    response.end(JSON.stringify(reply.json));
  }
}

/** metav1.Status, as the API server answers a failed call. */
export function failure(
  code: number,
  reason: string,
  over: Record<string, unknown> = {},
): { status: number; json: Record<string, unknown> } {
  return {
    status: code,
    json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, ...over },
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  const body: AsyncIterable<Buffer> = incoming;
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
