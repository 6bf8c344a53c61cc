/**
 * Free ports on loopback. A port is kept bound until its server is about to start, so that stacks
 * that start at once do not choose the same one.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the range from which kernels take ports for outgoing connections, so that a stopped server finds its port again. */
const LOWEST = 15_000;
const HIGHEST = 30_000;
const ATTEMPTS = 50;

export interface ReservedPort {
  readonly port: number;
  /** Call right before the server binds it. Later calls do nothing. */
  release(): Promise<void>;
}

export async function reservePort(): Promise<ReservedPort> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    const holder = await bind(port);
    if (holder) return { port, release: () => close(holder) };
  }
  throw new Error(`no free loopback port between ${LOWEST} and ${HIGHEST}`);
}

async function bind(port: number): Promise<Server | undefined> {
  const server = createServer().unref(); // a start that fails half-way never releases its ports
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
