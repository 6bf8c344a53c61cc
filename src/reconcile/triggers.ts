/**
 * What a change in the cluster sets in motion. Level, not edge: a trigger only names who must look again. Our own
 * status writes, labels, and annotations that are no request of people, set nothing in motion.
 */
import { API_VERSION } from '../api/group.ts';
import type { OwnerReference } from '../api/object.ts';
import { isPausing } from '../plan/pause.ts';
import { isAsking } from '../plan/requests.ts';
import type { Lane } from '../runtime/controller.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import { dependantsOf, refOf } from './dependants.ts';
import type { ObjectStore, StoredObject } from './ports.ts';

export interface Change {
  /** Absent when the object is new to us. */
  readonly before?: StoredObject;
  /** Absent when it is gone. */
  readonly after?: StoredObject;
}

/** The objects to look at, most interesting first. */
export function triggered(store: ObjectStore, change: Change, operatorNamespace: string): Ref[] {
  const object = change.after ?? change.before;
  if (!object || !isNews(change)) return [];
  const ref = refOf(object);
  return isReferredTo(ref) ? [ref, ...dependantsOf(store, ref, operatorNamespace)] : [ref];
}

/** The objects of a namespace that was paused or resumed. */
export function ofNamespaceChange(store: ObjectStore, namespace: string): Ref[] {
  return SYNCING.flatMap((kind) => store.list(kind))
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(refOf);
}

/**
 * What people asked of an object by an annotation: to be left alone, which costs nothing, or to be looked at, when
 * they resume it too.
 */
export function requested({ before, after }: Change): 'rest' | 'look' | undefined {
  if (!before || !after || isNews({ before, after }) || !SYNCING.includes(after.kind))
    return undefined;
  const [was, is] = [before, after].map(({ metadata }) => isPausing(metadata.annotations));
  if (is && !was) return 'rest';
  return was !== is || isAsking(before, after) ? 'look' : undefined;
}

interface Owned {
  readonly namespace: string;
  readonly ownerReferences: readonly OwnerReference[];
}

/** A Secret of ours came, changed or went: its owners, also those that it had, look whether it is as it shall be. */
export function ofSecretChange({ before, after }: { before?: Owned; after?: Owned }): Ref[] {
  const refs = [before, after].flatMap((secret) => (secret ? ownersOf(secret) : []));
  return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

function ownersOf({ namespace, ownerReferences }: Owned): Ref[] {
  return ownerReferences
    .filter(({ apiVersion }) => apiVersion === API_VERSION)
    .map(({ kind, name }) => ({ kind, namespace, name }));
}

/** The kinds that can be paused and asked. */
const SYNCING: readonly string[] = ['VaultStaticSecret', 'VaultDynamicSecret', 'VaultPKISecret'];

/** What a person just created or changed goes ahead of refreshes. */
export const TRIGGER_LANE: Lane = 'first';

function isNews({ before, after }: Change): boolean {
  if (!before || !after) return true;
  const [old, now] = [before.metadata, after.metadata];
  return (
    old.uid !== now.uid ||
    old.generation !== now.generation ||
    old.deletionTimestamp !== now.deletionTimestamp
  );
}

/** The consumers of a VaultConnection are woken by its reconciler, once it knows how to reach the Vault. */
function isReferredTo({ kind }: Ref): boolean {
  return kind === 'VaultAuth' || kind === 'VaultAuthGlobal';
}
