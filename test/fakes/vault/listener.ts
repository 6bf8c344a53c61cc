/**
 * The HTTP(S) side: keeps one port for its whole life, whether it listens or not. Hands every request with its body
 * to one function, and counts those that are being worked on.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** As long as a real one keeps an idle connection; Node's own five seconds would cut it in a client's hand. */
const IDLE_MS = 300_000;

/** As a real one: asks every client for a certificate, and leaves it to the login to judge it. */
const ASKING = { requestCert: true, rejectUnauthorized: false };

export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export class Listener {
  readonly #tls: TlsFiles | undefined;
  readonly #serve: Serve;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #busy = 0;

  constructor(tls: TlsFiles | undefined, serve: Serve) {
    this.#tls = tls;
    this.#serve = serve;
  }

  get url(): string {
    return `${this.#tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** Requests that arrived and are not ended. */
  get busy(): number {
    return this.#busy;
  }

  /** On the port that it had before, if it had one. */
  async open(): Promise<void> {
    const take: RequestListener = (request, response) => void this.#take(request, response);
    const server = this.#tls
      ? createTlsServer({ ...this.#tls, ...ASKING }, take)
      : createServer(take);
    server.keepAliveTimeout = IDLE_MS;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(this.#port, '127.0.0.1', resolve);
    await promise;
    this.#port = addressOf(server).port;
    this.#server = server;
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#busy += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    response.once('close', resolve);
    try {
      await this.#serve(request, response);
      await promise;
    } catch {
      response.destroy();
    } finally {
      this.#busy -= 1;
    }
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address;
}
