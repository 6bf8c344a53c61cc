/**
 * Who an object is at which Vault: VaultAuth, VaultAuthGlobal and VaultConnection resolved into one identity, or a
 * fault that names the field, the namespace that was searched and the remedy. Authorisation is judged anew each time.
 * Logs in nowhere.
 */
import { createHash } from 'node:crypto';
import type { VaultAuth } from '../../api/vault-auth.ts';
import type { VaultAuthGlobal } from '../../api/vault-auth-global.ts';
import {
  type Login,
  sourceOf,
  type VaultEndpoint,
  type VaultIdentity,
} from '../../api/vault-exchange.ts';
import { refused, waiting } from '../../runtime/fault.ts';
import { findGlobal, type GlobalWorld } from './auth-global.ts';
import { type MergedAuth, mergeAuth } from './auth-merge.ts';
import {
  type Finding,
  fileFindings,
  type HardenedRules,
  loginFindings,
  opennessFindings,
  refuseFindings,
} from './hardening.ts';
import { isAllowed, isOpenToAll, type NamedRef, nameOf, parseReference } from './references.ts';

/** A VaultConnection that can be used. */
export interface UsableConnection {
  readonly uid: string;
  readonly generation: number;
  readonly endpoint: VaultEndpoint;
}

export interface AuthWorld extends GlobalWorld {
  readonly rules: HardenedRules;
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
  const settled = { auth, global, keyPrefix, ...mergeAuth(auth, global), ...reach };
  refuseStrayCertificate(settled);
  refuseFindings(authFindings(settled, world));
  return settled;
}

/** What the hardened rules find in a VaultAuth, its VaultAuthGlobal included. */
export function authFindings(
  { auth, global, login }: Pick<SettledAuth, 'auth' | 'global' | 'login'>,
  world: AuthWorld,
): Finding[] {
  const open = (object: VaultAuth | VaultAuthGlobal): Finding[] =>
    opennessFindings(object.kind, { ...object.metadata, ...object.spec }, world);
  const { namespace } = auth.metadata;
  return [
    ...loginFindings(login(namespace), world.rules),
    ...fileFindings(login(namespace), auth.metadata, world.rules, world.operatorNamespace),
    ...open(auth),
    ...(global ? open(global) : []),
  ];
}

/** A certificate proves who its owner is: it serves no VaultAuth that somebody else wrote. */
function refuseStrayCertificate({ auth, connection, connectionRef, login }: SettledAuth): void {
  const { client } = connection.endpoint;
  const { namespace } = auth.metadata;
  const subject = `VaultConnection ${nameOf(connectionRef)} (spec.vaultConnectionRef of VaultAuth ${nameOf(auth.metadata)})`;
  if (client && connectionRef.namespace !== namespace)
    throw refused(
      'ClientCertificateNotAllowed',
      `${subject} has a client certificate, which only VaultAuths of its namespace may use; use a VaultConnection of namespace ${namespace}, or a VaultAuth of namespace ${connectionRef.namespace} that allows this one`,
    );
  if (!client && login(namespace).method === 'cert')
    throw refused(
      'InvalidSpec',
      `${subject} has no client certificate, by which spec.method cert logs in; set its spec.clientCertSecretRef`,
    );
}

/** Says the same of a VaultAuth of another namespace that is not there and of one that is not for us. */
function usableAuth(ref: NamedRef, consumerNamespace: string, world: AuthWorld): VaultAuth {
  const auth = world.auth(ref, consumerNamespace);
  const allowedNamespaces = auth?.spec.allowedNamespaces;
  const allowed = isAllowed({ ...ref, allowedNamespaces }, consumerNamespace, world);
  if (auth && allowed) return auth;
  const subject = `VaultAuth ${nameOf(ref)} (spec.vaultAuthRef)`;
  if (ref.namespace === consumerNamespace || isOpenToAll(ref, world))
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
  const login = settled.login(consumer.namespace);
  return {
    key: settled.keyPrefix + keyOf(login),
    authName: nameOf(settled.auth.metadata),
    connectionName: nameOf(settled.connectionRef),
    endpoint: settled.connection.endpoint,
    mount: settled.mount,
    namespace: settled.namespace,
    loginHeaders: settled.headers,
    login,
  };
}

/** What a login is made from beside the objects that the key begins with: consumers of equal ones share a token. */
function keyOf(login: Login): string {
  if (login.method === 'kubernetes') return nameOf(login.serviceAccount);
  if (login.method === 'jwt' && login.token.kind === 'serviceAccount')
    return nameOf(login.token.serviceAccount);
  const source = sourceOf(login);
  if (source?.kind === 'secret') return `secret:${nameOf(source)}`;
  return source ? `file:${source.path}` : 'connection';
}

/** Ends in a comma, so that none is the beginning of another. */
function keyPrefixOf(
  auth: VaultAuth,
  global: VaultAuthGlobal | undefined,
  connection: UsableConnection,
): string {
  const { caPem = '', client } = connection.endpoint;
  const trust = caPem + (client?.digest ?? '');
  return [
    version(auth.metadata),
    global ? version(global.metadata) : '-',
    version(connection),
    createHash('sha256').update(trust).digest('hex').slice(0, 12),
    '',
  ].join();
}

function version(object: { readonly uid: string; readonly generation: number }): string {
  return `${object.uid}:${object.generation}`;
}
