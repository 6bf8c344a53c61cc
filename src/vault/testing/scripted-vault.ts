/**
 * A server that answers as a test tells it, over TLS with certificates made for tests only (valid until 2123).
 * Knows nothing of Vault but how its answers look: the point is to send what no Vault would.
 */
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import type { VaultEndpoint } from '../../api/vault-exchange.ts';

export interface Seen {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; what it returns is sent as JSON with status 200, unless it answered by itself. */
export type Script = (
  seen: Seen,
  response: ServerResponse,
) => object | undefined | void | Promise<object | undefined | void>;

export interface ScriptedVault extends AsyncDisposable {
  readonly seen: Seen[];
  readonly connections: () => number;
  readonly port: number;
  readonly endpoint: VaultEndpoint;
}

export function pem(name: string): string {
  return readFileSync(new URL(`../testdata/${name}`, import.meta.url), 'utf8');
}

export async function scriptedVault(
  script: Script,
  options: { readonly certificate?: string; readonly plain?: boolean; readonly tls?: object } = {},
): Promise<ScriptedVault> {
  const seen: Seen[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => void answer(request, response);
  const server =
    options.plain === true
      ? http.createServer(listener)
      : https.createServer(
          {
            cert: pem(options.certificate ?? 'server.pem'),
            key: pem('test-only.key.pem'),
            ...options.tls,
          },
          listener,
        );
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = addressOf(server);
  const scheme = options.plain === true ? 'http' : 'https';
  return {
    seen,
    connections: () => connections,
    port,
    endpoint: { ...ENDPOINT, address: `${scheme}://127.0.0.1:${port}`, caPem: pem('ca.pem') },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { method = '', url = '', headers } = request;
    const one: Seen = { method, url, headers, body };
    seen.push(one);
    const result = await script(one, response);
    if (typeof result === 'object') sendJson(response, 200, result);
  }
}

export const ENDPOINT: VaultEndpoint = {
  address: 'https://127.0.0.1:1',
  skipVerify: false,
  headers: {},
  timeoutMs: 60_000,
};

/** Where a listening server is. */
export function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server listens on no port');
  return address;
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** Vault's way to refuse. */
export function sendErrors(response: ServerResponse, status: number, ...errors: string[]): void {
  sendJson(response, status, { errors });
}

/** A secret's envelope. */
export function secretOf(data: object | null, more: object = {}): object {
  return {
    request_id: 'request-1',
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data,
    wrap_info: null,
    warnings: null,
    auth: null,
    ...more,
  };
}

/** What a login or renew-self answers. */
export function authOf(token: string, more: object = {}): object {
  const auth = {
    client_token: token,
    accessor: `accessor-of-${token}`,
    policies: ['default', 'app'],
    token_policies: ['default', 'app'],
    lease_duration: 3600,
    renewable: true,
    token_type: 'service',
    num_uses: 0,
    ...more,
  };
  return { ...secretOf(null), auth };
}
