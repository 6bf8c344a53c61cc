/**
 * A Vault for tests and the sandbox: real HTTP(S), the meaning of a real Vault 1.21.0 for what the operator needs,
 * time from a clock. Configured by the same calls as a real one; `hooks` show and disturb what a real one would not.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { Core } from './core.ts';
import type { Credential } from './database.ts';
import type { Faults } from './faults.ts';
import type { Authenticate } from './kubernetes-auth.ts';
import type { LastingUsers } from './lasting-users.ts';
import type { Lease } from './leases.ts';
import { Listener, type TlsFiles } from './listener.ts';
import type { RecordedRequest } from './record.ts';
import { Serving } from './serving.ts';
import type { Token } from './tokens.ts';

export interface FakeVaultOptions {
  readonly clock: Clock;
  /** PEM texts. Without them it speaks plain HTTP. */
  readonly tls?: TlsFiles;
  readonly authenticate: Authenticate;
  /** As an Enterprise Vault; otherwise the namespace header is without meaning, as in a community one. */
  readonly namespaces?: boolean;
  /** Of the random parts of tokens, leases and credentials. */
  readonly seed?: number;
}

export interface VaultHooks {
  readonly faults: Faults;
  /** Oldest first. */
  requests(): readonly RecordedRequest[];
  liveTokens(): readonly Token[];
  /** Those whose id begins so. */
  liveLeases(prefix?: string): readonly Lease[];
  /** How many leases were ever made at the path. */
  issued(path: string): number;
  /** The database's users, also those dropped. */
  credentials(): readonly Credential[];
  /** Users of the database that Vault did not make. */
  readonly lasting: LastingUsers;
  /** Requests that are being worked on; those that a fault holds are not. */
  inFlight(): number;
}

export interface FakeVault {
  readonly url: string;
  readonly rootToken: string;
  readonly unsealKey: string;
  readonly hooks: VaultHooks;
  seal(): void;
  unseal(): void;
  /** Cuts all connections and listens no more; forgets nothing. */
  terminate(): Promise<void>;
  /** On the same port, sealed, as a real one after a start. */
  start(): Promise<void>;
  /** For good. */
  stop(): Promise<void>;
}

export async function startVault(options: FakeVaultOptions): Promise<FakeVault> {
  const { clock, authenticate, namespaces = false, seed = 1 } = options;
  const core = new Core({ clock, authenticate, namespaces, seed });
  const server = new Serving(core, clock);
  const listener = new Listener(options.tls, (request, response) =>
    server.serve(request, response),
  );
  await listener.open();
  return {
    url: listener.url,
    rootToken: core.rootToken,
    unsealKey: core.seal.key,
    hooks: hooksOf(core, server, listener),
    seal: () => core.seal.seal(),
    unseal: () => core.seal.unseal(),
    terminate: () => {
      core.seal.seal();
      return listener.close();
    },
    start: () => listener.open(),
    stop: () => {
      core.stop();
      return listener.close();
    },
  };
}

function hooksOf(core: Core, server: Serving, listener: Listener): VaultHooks {
  const { faults, recorder } = server;
  return {
    faults,
    requests: () => recorder.all(),
    liveTokens: () => core.tokens.live(),
    liveLeases: (prefix) => core.leases.live(prefix),
    issued: (path) =>
      recorder.all().filter((each) => each.path === path && each.leaseId !== undefined).length,
    credentials: () => core.users.all(),
    lasting: core.lasting,
    inFlight: () => listener.busy - server.held,
  };
}
