/**
 * Garbage collection by ownerReferences: a dependent goes when none of its owners (same namespace or cluster-wide,
 * same uid) is there; references to vanished owners beside living ones are dropped.
 */
import type { Kind, Kinds } from './kinds.ts';
import { tableOf } from './kinds.ts';
import type { Later } from './later.ts';
import type { OwnerReference, Thing } from './objects.ts';
import type { Store } from './store.ts';

export function collectGarbage(
  store: Store,
  kinds: Kinds,
  later: Later,
  erase: (kind: Kind, thing: Thing) => void,
): Disposable {
  const look = (kind: Kind, namespace: string | undefined, name: string): void => {
    const thing = store.get(tableOf(kind), namespace, name);
    if (thing === undefined || thing.metadata.deletionTimestamp !== undefined) return;
    const owners = thing.metadata.ownerReferences ?? [];
    const living = owners.filter((owner) => isLiving(store, kinds, thing, owner));
    if (living.length === owners.length) return;
    if (living.length === 0) erase(kind, thing);
    else store.put(tableOf(kind), withOwners(thing, living));
  };
  const check = (thing: Thing): void => {
    const kind = kinds.ofObject(thing.apiVersion, thing.kind);
    if (kind === undefined || !thing.metadata.ownerReferences) return;
    later.run(() => look(kind, thing.metadata.namespace, thing.metadata.name));
  };
  return store.subscribe(({ type, object }) => {
    if (type !== 'DELETED') check(object);
    else for (const dependent of dependents(store, object.metadata.uid)) check(dependent);
  });
}

/** `propagationPolicy: Orphan`: the dependents stay and no longer name the owner. */
export function orphanDependents(store: Store, kinds: Kinds, uid: string): void {
  for (const thing of dependents(store, uid)) {
    const kind = kinds.ofObject(thing.apiVersion, thing.kind);
    const rest = (thing.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
    if (kind !== undefined) store.put(tableOf(kind), withOwners(thing, rest));
  }
}

function dependents(store: Store, uid: string): Thing[] {
  return store
    .all()
    .filter((thing) => thing.metadata.ownerReferences?.some((owner) => owner.uid === uid));
}

function withOwners(thing: Thing, owners: readonly OwnerReference[]): Thing {
  const { ownerReferences: _dropped, ...metadata } = thing.metadata;
  return {
    ...thing,
    metadata: { ...metadata, ...(owners.length > 0 && { ownerReferences: owners }) },
  };
}

/** An owner of a kind that is not served cannot be judged, and so counts as living. */
function isLiving(store: Store, kinds: Kinds, thing: Thing, owner: OwnerReference): boolean {
  const kind = kinds.ofObject(owner.apiVersion, owner.kind);
  if (kind === undefined) return true;
  const namespace = kind.namespaced ? thing.metadata.namespace : undefined;
  return store.get(tableOf(kind), namespace, owner.name)?.metadata.uid === owner.uid;
}
