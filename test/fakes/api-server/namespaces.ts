/**
 * Namespaces: nothing is created in a missing or dying one, and a dying one empties itself and then goes.
 * Emptying happens at once, or after a delay, or when the harness lets it.
 */

import type { Kind, Kinds } from './kinds.ts';
import { tableOf } from './kinds.ts';
import type { Later } from './later.ts';
import type { Thing } from './objects.ts';
import { forbidden, notFound } from './status.ts';
import type { Store } from './store.ts';

const NAMESPACES = { group: '', resource: 'namespaces' };

export function assertOpen(
  store: Store,
  kind: Kind,
  namespace: string | undefined,
  name: string,
): void {
  if (namespace === undefined) return;
  const found = store.get('namespaces', undefined, namespace);
  if (found === undefined) throw notFound(NAMESPACES, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(kind, name, why, [
    { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
  ]);
}

/** `erase` deletes one object as a client would, so that finalizers hold. */
export function emptyNamespaces(
  store: Store,
  kinds: Kinds,
  later: Later,
  erase: (kind: Kind, thing: Thing) => void,
): Disposable {
  const sweep = (name: string): void => {
    const namespace = store.get('namespaces', undefined, name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    for (const [kind, thing] of contents(store, kinds, name)) erase(kind, thing);
    if (contents(store, kinds, name).length === 0) store.remove('namespaces', namespace);
  };
  return store.subscribe(({ type, object, resource }) => {
    const dying = resource === 'namespaces' && object.metadata.deletionTimestamp !== undefined;
    if (dying && type === 'MODIFIED') later.run(() => sweep(object.metadata.name));
    const home = type === 'DELETED' ? object.metadata.namespace : undefined;
    if (home !== undefined && isDying(store, home)) later.run(() => sweep(home));
  });
}

function isDying(store: Store, name: string): boolean {
  return store.get('namespaces', undefined, name)?.metadata.deletionTimestamp !== undefined;
}

function contents(store: Store, kinds: Kinds, namespace: string): [Kind, Thing][] {
  const tables = kinds.all().filter((kind) => kind.namespaced && kind.group !== 'events.k8s.io');
  return tables.flatMap((kind) =>
    store.list(tableOf(kind), namespace).map((thing): [Kind, Thing] => [kind, thing]),
  );
}
