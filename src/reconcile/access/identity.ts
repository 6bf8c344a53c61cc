/** The planners' view of VaultAuth, VaultAuthGlobal and VaultConnection, over the store and the known connections. */
import { API_VERSION } from '../../api/group.ts';
import type { ObjectOf } from '../../api/kinds.ts';
import { validate } from '../../api/validate.ts';
import type { VaultIdentity } from '../../api/vault-exchange.ts';
import {
  type AuthWorld,
  resolveIdentity,
  type UsableConnection,
} from '../../plan/identity/auth.ts';
import {
  type Admission,
  isAllowed,
  type NamedRef,
  nameOf,
} from '../../plan/identity/references.ts';
import { waiting } from '../../runtime/fault.ts';
import type { Settings } from '../deps.ts';
import type { ObjectStore, StoredObject } from '../ports.ts';
import { type Connections, STARTING } from './connections.ts';

/** What resolving needs: a command resolves by it, too, over what a person may see. */
export interface ResolveDeps {
  readonly store: Pick<ObjectStore, 'get' | 'watches' | 'outOfSight'>;
  readonly connections: Pick<Connections, 'get'>;
  readonly settings: Pick<Settings, 'operatorNamespace' | 'allowDefaultGlobals' | 'hardening'>;
}

/** An object that reads a secret from Vault. */
interface Consumer {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly vaultAuthRef?: string };
}

/** Throws a fault of kind refused or waiting that names the field, the namespace searched and the remedy. */
export function identityOf(deps: ResolveDeps, { metadata, spec }: Consumer): VaultIdentity {
  const { namespace } = metadata;
  return resolveIdentity({ namespace, vaultAuthRef: spec.vaultAuthRef }, authWorld(deps));
}

export function authWorld(deps: ResolveDeps): AuthWorld {
  return {
    ...admissionOf(deps),
    rules: deps.settings.hardening,
    allowDefaultGlobals: deps.settings.allowDefaultGlobals,
    auth: (ref, home) => find(deps, 'VaultAuth', ref, home),
    global: (ref, home) => find(deps, 'VaultAuthGlobal', ref, home),
    connection: (ref) => connectionOf(deps, ref),
  };
}

/** Usable once its reconciler has looked at this very generation; until then its consumers wait without a word. */
function connectionOf(
  deps: ResolveDeps,
  named: NamedRef,
): UsableConnection | 'not-ready' | undefined {
  const ref = { kind: 'VaultConnection', ...named };
  const stored = deps.store.get(ref);
  if (!stored) return absent(deps, 'VaultConnection', named);
  const { uid, generation } = stored.metadata;
  const seen = deps.connections.get(ref);
  if (seen?.uid !== uid || seen.generation !== generation)
    throw waiting(STARTING, `VaultConnection ${nameOf(named)} was not looked at yet`);
  return seen.endpoint ? { uid, generation, endpoint: seen.endpoint } : 'not-ready';
}

/** What is wrong with an object is for those to know who may use it. */
function find<Kind extends 'VaultAuth' | 'VaultAuthGlobal'>(
  deps: ResolveDeps,
  kind: Kind,
  named: NamedRef,
  home: string,
): ObjectOf<Kind> | undefined {
  const stored = deps.store.get({ kind, ...named });
  if (!stored) return absent(deps, kind, named);
  const result = validate(kind, { ...stored, apiVersion: API_VERSION });
  if (result.ok) return result.object;
  if (!admits(stored, home, admissionOf(deps))) return undefined;
  const [first] = result.errors;
  throw waiting(
    'VaultClientConfigError',
    `${kind} ${nameOf(named)} cannot be used: ${first?.field} ${first?.problem}`,
  );
}

/** Nothing is there; where nobody looks, or may look, that is said instead. */
function absent({ store }: ResolveDeps, kind: string, named: NamedRef): undefined {
  const refusal = store.outOfSight(kind, named.namespace);
  if (refusal)
    throw waiting(
      refusal.reason,
      `${kind} ${nameOf(named)} cannot be looked for: ${refusal.message}`,
    );
  if (store.watches(named.namespace)) return undefined;
  throw waiting(
    'NamespaceNotWatched',
    `${kind} ${nameOf(named)} cannot be used: this operator does not watch namespace ${named.namespace}; add it to --watch-namespaces, or refer to one in a namespace that is watched`,
  );
}

/** By the one field of it that is read unchecked. */
function admits({ metadata, spec }: StoredObject, home: string, admission: Admission): boolean {
  const listed: unknown = Object(spec).allowedNamespaces;
  const allowedNamespaces = Array.isArray(listed) ? listed : [];
  return isAllowed({ ...metadata, allowedNamespaces }, home, admission);
}

function admissionOf({ settings }: ResolveDeps): Admission {
  return { operatorNamespace: settings.operatorNamespace, openAuths: settings.hardening.openAuths };
}
