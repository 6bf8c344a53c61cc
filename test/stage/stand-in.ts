/** A server that speaks TLS where a Vault should be and answers as it is told: for what a Vault never says. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type KeyAndCert, selfSigned } from '../fakes/api-server/self-signed.ts';

/** Answers, or leaves the caller without an answer for as long as it stays. */
export type Script = (
  request: IncomingMessage,
  response: ServerResponse,
) => 'held' | Promise<void> | void;

export interface StandIn {
  readonly url: string;
  /** PEM of the authority behind its certificate. */
  readonly ca: string;
  /** Callers that are left without an answer. */
  readonly held: number;
  stop(): Promise<void>;
}

export async function startStandIn(
  script: Script,
  certificate: KeyAndCert = selfSigned(),
): Promise<StandIn> {
  let held = 0;
  const server = createServer(certificate, (request, response) => {
    if (script(request, response) !== 'held') return;
    held += 1;
    response.once('close', () => {
      held -= 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: certificate.cert,
    get held() {
      return held;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
