/**
 * Who must look again when an object that others refer to changes. Reads references only; whether they may be used is
 * judged by whoever resolves them.
 */
import type { KindName } from '../api/kinds.ts';
import { DEFAULT_NAME, type NamedRef, parseReference } from '../plan/identity/references.ts';
import type { Ref } from '../runtime/ref.ts';
import { keyOf } from '../runtime/ref.ts';
import type { ObjectStore, StoredObject } from './ports.ts';

const CONSUMERS: readonly KindName[] = [
  'VaultStaticSecret',
  'VaultDynamicSecret',
  'VaultPKISecret',
];

/** The objects that use `changed`, directly or through a VaultAuth. */
export function dependantsOf(store: ObjectStore, changed: Ref, operatorNamespace: string): Ref[] {
  const auths = authsOf(store, changed, operatorNamespace);
  const wanted = new Set(auths.map(keyOf));
  const consumers = CONSUMERS.flatMap((kind) => store.list(kind)).filter((object) => {
    const auth = reference(object, 'vaultAuthRef', operatorNamespace);
    return auth !== undefined && wanted.has(keyOf({ kind: 'VaultAuth', ...auth }));
  });
  const between = changed.kind === 'VaultAuth' ? [] : auths;
  return [...between, ...consumers.map(refOf)];
}

export function refOf({ kind, metadata }: StoredObject): Ref {
  return { kind, namespace: metadata.namespace, name: metadata.name };
}

function authsOf(store: ObjectStore, changed: Ref, operatorNamespace: string): Ref[] {
  if (changed.kind === 'VaultAuth') return [changed];
  const uses = changed.kind === 'VaultConnection' ? usesConnection : usesGlobal;
  return store
    .list('VaultAuth')
    .filter((auth) => uses(store, auth, changed, operatorNamespace))
    .map(refOf);
}

/** By itself, or by any VaultAuthGlobal that it may mean. */
function usesConnection(
  store: ObjectStore,
  auth: StoredObject,
  connection: Ref,
  operatorNamespace: string,
): boolean {
  const globals = store.list('VaultAuthGlobal');
  const through = globals.filter((global) =>
    usesGlobal(store, auth, refOf(global), operatorNamespace),
  );
  return [auth, ...through].some((holder) => {
    const ref = reference(holder, 'vaultConnectionRef', operatorNamespace);
    return ref?.namespace === connection.namespace && ref.name === connection.name;
  });
}

function usesGlobal(
  _store: ObjectStore,
  auth: StoredObject,
  global: Ref,
  operatorNamespace: string,
): boolean {
  const ref = fieldsOf(fieldsOf(auth.spec)['vaultAuthGlobalRef']);
  if (Object.keys(ref).length === 0) return false;
  const home = auth.metadata.namespace;
  if (ref['name'])
    return ref['name'] === global.name && (ref['namespace'] || home) === global.namespace;
  return (
    global.name === DEFAULT_NAME &&
    [ref['namespace'], home, operatorNamespace].includes(global.namespace)
  );
}

/** Undefined when the field is no reference: whoever holds it says so in its own condition. */
function reference(
  { spec, metadata }: StoredObject,
  field: string,
  operatorNamespace: string,
): NamedRef | undefined {
  const text = fieldsOf(spec)[field];
  try {
    return parseReference(typeof text === 'string' ? text : undefined, {
      field,
      home: metadata.namespace,
      operatorNamespace,
    });
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value);
}
