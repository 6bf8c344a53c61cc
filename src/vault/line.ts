/**
 * The connections to one endpoint: its sockets, how many calls use them, and its pause. Promises that what a call
 * may trust (CA, server name, verification) is fixed with the line: other material is another line, never shared sockets.
 */
import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { refused } from '../runtime/fault.ts';
import { type Address, addressOf } from './address.ts';
import { type AddressRule, guardedLookup, type Resolve } from './address-guard.ts';
import type { ClientMaterial } from './client-certificates.ts';
import { Gate } from './gate.ts';
import { Pause } from './pause.ts';

const MOST_SOCKETS = 32;
const URGENT_SOCKETS = 4;
/** Shorter than the idle time of Vault and of usual load balancers, so that a reused socket is seldom a dead one. */
const IDLE_SOCKET_MS = 30_000;

export interface LineContext {
  readonly clock: Clock;
  readonly addresses?: AddressRule | undefined;
  /** Of names; node's own unless a test has another. */
  readonly resolve?: Resolve;
}

export class Line {
  readonly address: Address;
  readonly agent: HttpAgent;
  readonly gate = new Gate(MOST_SOCKETS, URGENT_SOCKETS);
  readonly pause: Pause;
  #calls = 0;
  #retired = false;

  /** The certificate that its sockets show. */
  readonly client: ClientMaterial | undefined;

  constructor(endpoint: VaultEndpoint, context: LineContext, client?: ClientMaterial) {
    this.address = addressOf(endpoint);
    this.client = client;
    this.agent = agentOf(endpoint, this.address, context, client);
    this.pause = new Pause(context.clock);
  }

  /** Dispose it when the call is over. */
  use(): Disposable {
    this.#calls += 1;
    return {
      [Symbol.dispose]: () => {
        this.#calls -= 1;
        this.#close();
      },
    };
  }

  /** Closes the sockets once the calls under way are over. */
  retire(): void {
    this.#retired = true;
    this.#close();
  }

  #close(): void {
    if (this.#retired && this.#calls === 0) this.agent.destroy();
  }
}

function agentOf(
  endpoint: VaultEndpoint,
  address: Address,
  { addresses, resolve }: LineContext,
  client: ClientMaterial | undefined,
): HttpAgent {
  const pooled = {
    ...(addresses && { lookup: guardedLookup(addresses, address, resolve) }),
    keepAlive: true,
    maxSockets: MOST_SOCKETS,
    // All of them: closing some after each burst would cost a handshake each in the next.
    maxFreeSockets: MOST_SOCKETS,
    scheduling: 'lifo',
    timeout: IDLE_SOCKET_MS,
  } as const;
  if (address.protocol === 'http:') return new HttpAgent(pooled);
  return new HttpsAgent({
    ...pooled,
    secureContext: trustOf(endpoint, client),
    rejectUnauthorized: !endpoint.skipVerify,
    ...(endpoint.serverName ? { servername: endpoint.serverName } : {}),
  });
}

/** Made once: node would make one for every connection. */
function trustOf({ caPem }: VaultEndpoint, client: ClientMaterial | undefined): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(caPem === undefined ? {} : { ca: certificatesIn(caPem) }),
    ...client?.pem.open(),
  });
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Node passes over what it cannot read, so a CA without a certificate would trust other roots than the ones meant. */
function certificatesIn(pem: string): string[] {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length > 0 && blocks.every(isCertificate)) return blocks;
  throw refused(
    'CASecretInvalid',
    'spec.caCertSecretRef or spec.caCertPath of the VaultConnection does not give PEM certificates; provide them under the key ca.crt',
  );
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
