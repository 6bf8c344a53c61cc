/**
 * A TLS-terminating proxy between the operator and one server, HTTP/1.1 on both sides with keep-alive connections.
 * Shows every request to the sequence and lets pass what that lets pass. Answers to what changes something are passed
 * on when the server has given them in full, everything else as it comes, so that watches live.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import type { Server } from './calls.ts';
import type { Seen, Sequence } from './sequence.ts';

export interface Upstream {
  readonly server: Server;
  readonly url: string;
  /** PEM of the authority behind the server's certificate. */
  readonly ca: string;
}

export interface Proxy extends AsyncDisposable {
  /** https on loopback, without a path. */
  readonly url: string;
  /** PEM of the authority behind the proxy's certificate. */
  readonly ca: string;
  close(): Promise<void>;
}

export async function startProxy(upstream: Upstream, sequence: Sequence): Promise<Proxy> {
  const { key, cert } = selfSigned();
  const agent = new Agent({ keepAlive: true, ca: upstream.ca });
  const passage = { upstream, sequence, agent };
  const server = createServer({ key, cert, ALPNProtocols: ['http/1.1'] }, (req, res) => {
    // Whoever hung up needs no answer, and a server that breaks off is passed on as such.
    pass(passage, req, res).catch(() => req.socket.destroy());
  });
  // Idle connections end with the operator, never by a timeout of ours that it would have to survive.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, timeout: 0 });
  const sockets = new Set<Socket>();
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => {});
  });
  const hangUp = (): void => sockets.forEach((socket) => void socket.destroy());
  sequence.onDeath(hangUp);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    hangUp();
    server.close();
    agent.destroy();
    await once(server, 'close');
  };
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, ca: cert, close, [Symbol.asyncDispose]: close };
}

interface Passage {
  readonly upstream: Upstream;
  readonly sequence: Sequence;
  readonly agent: Agent;
}

async function pass(passage: Passage, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { sequence, upstream } = passage;
  const body = await buffer(req);
  const { method = 'GET', url: path = '/' } = req;
  const seen = sequence.arrive({ server: upstream.server, method, path });
  if (!sequence.mayPass(seen)) return;
  const answer = await forward(passage, seen, req, body).catch((error: unknown) => {
    sequence.mayDeliver(seen, undefined);
    throw error;
  });
  if (!sequence.mayDeliver(seen, answer.status)) return answer.discard();
  res.writeHead(answer.status, answer.headers);
  res.flushHeaders();
  await answer.deliver(res);
  sequence.delivered(seen);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  deliver(to: ServerResponse): Promise<void>;
  discard(): void;
}

/** The server goes on when the operator dies meanwhile: what was sent is carried out. */
async function forward(
  { upstream, agent }: Passage,
  { method, path, mutating }: Seen,
  { headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const { origin, host } = new URL(upstream.url);
  const { host: _, connection: __, ...passedOn } = headers;
  const outgoing = request(origin + path, { method, agent, headers: { ...passedOn, host } });
  outgoing.end(body);
  const [answer]: IncomingMessage[] = await once(outgoing, 'response');
  if (!answer) throw new Error('a response event brings a response');
  outgoing.on('error', () => answer.destroy());
  return mutating ? whole(answer) : stream(answer);
}

async function whole(answer: IncomingMessage): Promise<Answer> {
  const body = await buffer(answer);
  const deliver = async (to: ServerResponse): Promise<void> => {
    to.end(body);
    await once(to, 'finish');
  };
  return { ...head(answer), deliver, discard: () => {} };
}

function stream(answer: IncomingMessage): Answer {
  return {
    ...head(answer),
    deliver: (to) => pipeline(answer, to),
    discard: () => void answer.destroy(),
  };
}

/** Without what is about the connection: Node frames anew. */
function head({ statusCode = 502, headers }: IncomingMessage): Pick<Answer, 'status' | 'headers'> {
  const { connection: _, 'transfer-encoding': __, ...passedOn } = headers;
  return { status: statusCode, headers: passedOn };
}
