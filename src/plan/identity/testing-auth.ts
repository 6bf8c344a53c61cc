/** A small cluster of VaultAuth, VaultAuthGlobal and VaultConnection for the tests of what they come to. */
import type { ObjectMeta } from '../../api/object.ts';
import type { VaultAuth, VaultAuthSpec } from '../../api/vault-auth.ts';
import type { VaultAuthGlobal, VaultAuthGlobalSpec } from '../../api/vault-auth-global.ts';
import type { VaultEndpoint } from '../../api/vault-exchange.ts';
import type { AuthWorld, UsableConnection } from './auth.ts';
import { UNHARDENED } from './hardening.ts';
import { type NamedRef, nameOf } from './references.ts';

export const ENDPOINT: VaultEndpoint = {
  address: 'https://vault:8200',
  skipVerify: false,
  headers: {},
  timeoutMs: 1,
};
export const CONNECTION: UsableConnection = {
  uid: 'uid-connection',
  generation: 3,
  endpoint: ENDPOINT,
};
const UNFIT: Readonly<Record<string, 'not-ready'>> = { broken: 'not-ready' };
export const KUBERNETES = { role: 'app', serviceAccount: 'web', tokenExpirationSeconds: 600 };
export const COMPLETE: VaultAuthSpec = {
  method: 'kubernetes',
  mount: 'k8s',
  kubernetes: KUBERNETES,
};

function meta(ref: string, uid: string): ObjectMeta {
  const [namespace = '', name = ''] = ref.split('/');
  return { namespace, name, uid, generation: 1, resourceVersion: '1', creationTimestamp: '' };
}

export function authOf(spec: VaultAuthSpec, ref = 'apps/auth'): VaultAuth {
  return { apiVersion: 'v', kind: 'VaultAuth', metadata: meta(ref, `uid-auth-${ref}`), spec };
}

export function globalOf(spec: VaultAuthGlobalSpec, ref = 'apps/shared'): VaultAuthGlobal {
  return { apiVersion: 'v', kind: 'VaultAuthGlobal', metadata: meta(ref, 'uid-global'), spec };
}

/** A cluster that holds just these objects, and a VaultConnection by every name but none and broken. */
export function worldOf(
  auth?: VaultAuth,
  global?: VaultAuthGlobal,
  over: Partial<AuthWorld> = {},
): AuthWorld {
  return {
    operatorNamespace: 'operator',
    openAuths: 'any',
    rules: UNHARDENED,
    allowDefaultGlobals: true,
    auth: (ref) => (has(auth, ref) ? auth : undefined),
    global: (ref) => (has(global, ref) ? global : undefined),
    connection: ({ name }) => (name === 'none' ? undefined : (UNFIT[name] ?? CONNECTION)),
    ...over,
  };
}

function has(object: { readonly metadata: ObjectMeta } | undefined, ref: NamedRef): boolean {
  return object !== undefined && nameOf(object.metadata) === nameOf(ref);
}
