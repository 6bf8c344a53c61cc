/**
 * The adapters to Kubernetes and Vault, built from what a process has: an access, a clock, an observer. What changes
 * the world passes a check of leadership first; renewing is idempotent and passes none.
 */
import type { ClusterAccess } from './kube/cluster-access.ts';
import { type CallReport, Transport } from './kube/transport.ts';
import type { VaultTokens } from './ledger/ports.ts';
import { type Proofs, proofs } from './proofs.ts';
import type { Files } from './reconcile/ports.ts';
import type { Clock } from './runtime/clock.ts';
import type { Leadership } from './runtime/leader.ts';
import type { ClientOperation, Observer } from './runtime/observer.ts';
import type { AddressRule } from './vault/address-guard.ts';
import type { RequestNote } from './vault/call.ts';
import { VaultHttp } from './vault/http.ts';
import type { LoginContext } from './vault/login.ts';
import { LoginBook } from './vault/login-book.ts';
import { OwnTokens } from './vault/own-tokens.ts';
import { Probes } from './vault/probe.ts';
import { Sessions } from './vault/sessions.ts';
import { Transit } from './vault/transit.ts';

export interface DoorOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly observer: Observer;
  /** Sent to both sides: audit logs say who acted. */
  readonly userAgent: string;
}

export function kubernetesDoor({ access, clock, observer, userAgent }: DoorOptions): Transport {
  const onRequest = ({ verb, resource, code }: CallReport): void =>
    observer.count('vault_lease_operator_kubernetes_requests_total', {
      verb,
      resource,
      code: code === 0 ? 'none' : String(code),
    });
  return new Transport({ access, clock, userAgent, onRequest });
}

export interface VaultDoor {
  readonly sessions: Sessions;
  readonly tokens: VaultTokens;
  readonly probes: Probes;
  readonly transit: Transit;
  readonly logins: LoginBook;
  readonly loginSources: Proofs['loginSources'];
  readonly clientCertificates: Proofs['clientCertificates'];
  close(): Promise<void>;
}

export interface VaultDoorOptions extends Omit<DoorOptions, 'access'> {
  readonly transport: Transport;
  readonly leadership: Leadership;
  readonly files: Files;
  readonly addresses: AddressRule | undefined;
  /** Identities whose token is kept. */
  readonly most: number;
  /** The last login under a VaultAuth went otherwise than the one before. */
  readonly onLogin: (authName: string) => void;
}

export function vaultDoor(options: VaultDoorOptions): VaultDoor {
  const { clock, observer, userAgent, transport, leadership, most } = options;
  const { prover, loginSources, clientCertificates } = proofs(transport, options.files);
  const http = new VaultHttp({
    clock,
    userAgent,
    onRequest: (note) => countCall(observer, note),
    addresses: options.addresses,
    clientMaterial: (of, signal) => clientCertificates.material(of, signal),
  });
  const logins = new LoginBook(options.onLogin);
  const context: LoginContext = { http, clock, prover, book: logins };
  const onToken = (atHand: boolean): void =>
    observer.count(atHand ? 'vso_client_cache_hits' : 'vso_client_cache_misses', {});
  const sessions = new Sessions({ ...context, most, onToken });
  return {
    sessions,
    logins,
    loginSources,
    clientCertificates,
    tokens: guarded(new OwnTokens(context), leadership),
    probes: new Probes(http),
    transit: new Transit({ http, clock, sessions }),
    close: async () => {
      await sessions.close();
      http.close();
    },
  };
}

/** A former leader goes on renewing what it knows; it makes nothing and gives nothing back. */
function guarded(tokens: OwnTokens, leadership: Leadership): VaultTokens {
  const asLeader = <Args extends unknown[], Result>(act: (...args: Args) => Promise<Result>) => {
    return async (...args: Args): Promise<Result> => {
      leadership.assertLeading();
      return act(...args);
    };
  };
  return {
    login: asLeader((identity, signal) => tokens.login(identity, signal)),
    issue: asLeader((access, request, signal) => tokens.issue(access, request, signal)),
    revokeToken: asLeader((access, signal) => tokens.revokeToken(access, signal)),
    revokeLease: asLeader((access, leaseId, signal) => tokens.revokeLease(access, leaseId, signal)),
    renewToken: (access, incrementMs, signal) => tokens.renewToken(access, incrementMs, signal),
    renewLease: (access, leaseId, incrementMs, signal) =>
      tokens.renewLease(access, leaseId, incrementMs, signal),
  };
}

const COUNTED: Readonly<Record<string, ClientOperation['operation']>> = {
  login: 'login',
  renew: 'renew',
  read: 'read',
  write: 'write',
  revoke: 'revoke',
};

function countCall(observer: Observer, note: RequestNote): void {
  const { route, connection, code, seconds } = note;
  observer.count('vault_lease_operator_vault_requests_total', { operation: route, code });
  const operation = COUNTED[note.operation];
  if (operation === undefined) return;
  const labels = { operation, vault_connection: connection };
  observer.count('vso_client_operations_total', labels);
  if (!code.startsWith('2')) observer.count('vso_client_operations_errors_total', labels);
  observer.observe('vso_client_operations_time_seconds', seconds, labels);
}
