/**
 * Who an object is at which Vault: VaultAuth, VaultAuthGlobal and VaultConnection resolved into one identity, or a
 * fault that names the field, the namespace that was searched and the remedy. Authorisation is judged anew each time.
 * Logs in nowhere.
 */
import { createHash } from 'node:crypto';
import type { VaultAuth } from '../api/vault-auth.ts';
import type { VaultAuthGlobal } from '../api/vault-auth-global.ts';
import type { VaultEndpoint, VaultIdentity } from '../api/vault-exchange.ts';
import { waiting } from '../runtime/fault.ts';
import { findGlobal, type GlobalWorld } from './auth-global.ts';
import { type MergedAuth, mergeAuth } from './auth-merge.ts';
import { isAllowed, isOpenToAll, type NamedRef, nameOf, parseReference } from './references.ts';

/** A VaultConnection that can be used. */
export interface UsableConnection {
  readonly uid: string;
  readonly generation: number;
  readonly endpoint: VaultEndpoint;
}

export interface AuthWorld extends GlobalWorld {
  /** As `global` is. */
  readonly auth: (ref: NamedRef, home: string) => VaultAuth | undefined;
  /** 'not-ready': it exists, but is refused or has no CA. */
  readonly connection: (ref: NamedRef) => UsableConnection | 'not-ready' | undefined;
}

/** The object that wants a secret. */
export interface Consumer {
  readonly namespace: string;
  readonly vaultAuthRef?: string | undefined;
}

/** A VaultAuth made whole: what every consumer of it has in common. */
interface SettledAuth extends MergedAuth {
  readonly auth: VaultAuth;
  readonly global: VaultAuthGlobal | undefined;
  readonly connectionRef: NamedRef;
  readonly connection: UsableConnection;
  /** What the keys of all its identities begin with: changes whenever a login would be another. */
  readonly keyPrefix: string;
}

/** Throws a fault of kind refused (a specification must change) or waiting (something is missing). */
export function resolveIdentity(consumer: Consumer, world: AuthWorld): VaultIdentity {
  const ref = parseReference(consumer.vaultAuthRef, {
    field: 'spec.vaultAuthRef',
    home: consumer.namespace,
    operatorNamespace: world.operatorNamespace,
  });
  return identityOf(settleAuth(usableAuth(ref, consumer.namespace, world), world), consumer);
}

/** What a VaultAuth comes to by itself. Throws as resolveIdentity does. */
export function settleAuth(auth: VaultAuth, world: AuthWorld): SettledAuth {
  const global = findGlobal(auth, world);
  const reach = connectionOf(auth, global, world);
  const keyPrefix = keyPrefixOf(auth, global, reach.connection);
  return { auth, global, keyPrefix, ...mergeAuth(auth, global), ...reach };
}

/** Says the same of a VaultAuth of another namespace that is not there and of one that is not for us. */
function usableAuth(ref: NamedRef, consumerNamespace: string, world: AuthWorld): VaultAuth {
  const auth = world.auth(ref, consumerNamespace);
  const allowedNamespaces = auth?.spec.allowedNamespaces;
  const allowed = isAllowed(
    { ...ref, allowedNamespaces },
    consumerNamespace,
    world.operatorNamespace,
  );
  if (auth && allowed) return auth;
  const subject = `VaultAuth ${nameOf(ref)} (spec.vaultAuthRef)`;
  if (ref.namespace === consumerNamespace || isOpenToAll(ref, world.operatorNamespace))
    throw waiting(
      'VaultAuthNotFound',
      `${subject} does not exist in namespace ${ref.namespace}; create it or correct spec.vaultAuthRef`,
    );
  throw waiting(
    'VaultAuthNotAllowed',
    `${subject} does not exist in namespace ${ref.namespace} or does not allow namespace ${consumerNamespace}; create it or add ${consumerNamespace} to its spec.allowedNamespaces`,
  );
}

function connectionOf(
  auth: VaultAuth,
  global: VaultAuthGlobal | undefined,
  world: AuthWorld,
): Pick<SettledAuth, 'connection' | 'connectionRef'> {
  const text = auth.spec.vaultConnectionRef || global?.spec.vaultConnectionRef;
  const field = `spec.vaultConnectionRef of VaultAuth ${nameOf(auth.metadata)}`;
  const { operatorNamespace } = world;
  const ref = parseReference(text, { field, home: auth.metadata.namespace, operatorNamespace });
  const connection = world.connection(ref);
  const subject = `VaultConnection ${nameOf(ref)} (${field})`;
  if (connection === undefined)
    throw waiting(
      'VaultConnectionNotFound',
      `${subject} does not exist in namespace ${ref.namespace}; create it or correct the reference`,
    );
  if (connection === 'not-ready')
    throw waiting('VaultConnectionNotReady', `${subject} cannot be used yet; see its conditions`);
  return { connection, connectionRef: ref };
}

function identityOf(settled: SettledAuth, consumer: Consumer): VaultIdentity {
  const { role, serviceAccount, audiences, expirationSeconds } = settled.kubernetes;
  return {
    key: settled.keyPrefix + nameOf({ namespace: consumer.namespace, name: serviceAccount }),
    authName: nameOf(settled.auth.metadata),
    connectionName: nameOf(settled.connectionRef),
    endpoint: settled.connection.endpoint,
    mount: settled.mount,
    namespace: settled.namespace,
    loginHeaders: settled.headers,
    login: {
      method: 'kubernetes',
      role,
      serviceAccount: { namespace: consumer.namespace, name: serviceAccount },
      audiences,
      expirationSeconds,
    },
  };
}

/** Ends in a comma, so that none is the beginning of another. */
function keyPrefixOf(
  auth: VaultAuth,
  global: VaultAuthGlobal | undefined,
  connection: UsableConnection,
): string {
  const ca = connection.endpoint.caPem ?? '';
  return [
    version(auth.metadata),
    global ? version(global.metadata) : '-',
    version(connection),
    createHash('sha256').update(ca).digest('hex').slice(0, 12),
    '',
  ].join();
}

function version(object: { readonly uid: string; readonly generation: number }): string {
  return `${object.uid}:${object.generation}`;
}
