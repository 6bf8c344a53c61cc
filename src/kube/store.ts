/**
 * The last known state of a set of objects, fed by a watch and by the answers to our own writes. Promises that our
 * own write shows at once and is not undone by older news still on its way, and that an object made anew under an
 * old name is one object gone and another one come. Knows no network and calls nobody: it says what changed.
 */
import { type Identity, isOlder } from './wire.ts';

export type Change<T> =
  | { readonly kind: 'added'; readonly now: T }
  | { readonly kind: 'changed'; readonly was: T; readonly now: T }
  | { readonly kind: 'removed'; readonly was: T };

/** A write of ours that the watch has not confirmed yet. */
interface Ahead {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly gone: boolean;
  /** A list held what we had deleted: it may have been taken before. The next one will not have been. */
  listed?: boolean;
}

/** An answer to a write of ours is at most this many deletions late. */
const MOST_VANISHED = 1_000;

export class Store<T> {
  readonly #identity: (object: T) => Identity;
  readonly #objects = new Map<string, T>();
  readonly #ahead = new Map<string, Ahead>();
  /** Uids that the watch lately said are gone: a late answer to a write of ours must not bring them back. */
  readonly #vanished = new Set<string>();

  constructor(identity: (object: T) => Identity) {
    this.#identity = identity;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(keyOf({ namespace, name }));
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  get size(): number {
    return this.#objects.size;
  }

  /** News from the watch or an item of a list. */
  observed(object: T): readonly Change<T>[] {
    const news = this.#identity(object);
    const ahead = this.#ahead.get(keyOf(news));
    if (ahead !== undefined && isStale(news, ahead)) return [];
    this.#ahead.delete(keyOf(news));
    this.#vanished.delete(news.uid);
    return this.#put(object);
  }

  /** The watch says that an object is gone. */
  vanished(news: Identity): readonly Change<T>[] {
    const ahead = this.#ahead.get(keyOf(news));
    if (ahead?.uid === news.uid) this.#ahead.delete(keyOf(news));
    this.#rememberVanished(news.uid);
    return this.#drop(news);
  }

  /**
   * A whole list, taken at `version`. `unreadable` are the keys (`keyOf`) of objects that are there but could not
   * be read: they keep their last state. `rewound`: the cluster's versions went back, so nothing of ours is ahead.
   */
  replaced(
    objects: readonly T[],
    unreadable: ReadonlySet<string>,
    version: string,
    rewound: boolean,
  ): readonly Change<T>[] {
    if (rewound) this.#ahead.clear();
    const listed = new Set(objects.map((object) => keyOf(this.#identity(object))));
    const changes = objects.flatMap((object) => this.observed(object));
    for (const [key, object] of this.#objects) {
      if (listed.has(key) || unreadable.has(key)) continue;
      const ahead = this.#ahead.get(key);
      // Written after the list was taken.
      if (ahead !== undefined && isOlder(version, ahead.resourceVersion)) continue;
      this.#ahead.delete(key);
      changes.push(...this.#drop(this.#identity(object)));
    }
    this.#listTombstones(listed);
    return changes;
  }

  /** The API server's answer to a write of ours. */
  written(object: T): readonly Change<T>[] {
    const { uid, resourceVersion, ...place } = this.#identity(object);
    if (this.#vanished.has(uid)) return [];
    const before = this.#objects.get(keyOf(place));
    if (before !== undefined) {
      const known = this.#identity(before);
      // The watch was faster.
      if (known.uid === uid && !isOlder(known.resourceVersion, resourceVersion)) return [];
    }
    this.#ahead.set(keyOf(place), { uid, resourceVersion, gone: false });
    return this.#put(object);
  }

  /** The API server confirmed a deletion of ours. */
  removed(gone: Identity): readonly Change<T>[] {
    const changes = this.#drop(gone);
    const { uid, resourceVersion } = gone;
    if (changes.length > 0) this.#ahead.set(keyOf(gone), { uid, resourceVersion, gone: true });
    return changes;
  }

  #listTombstones(listed: ReadonlySet<string>): void {
    for (const [key, ahead] of this.#ahead) {
      if (!ahead.gone) continue;
      if (ahead.listed === true || !listed.has(key)) this.#ahead.delete(key);
      else ahead.listed = true;
    }
  }

  #rememberVanished(uid: string): void {
    this.#vanished.add(uid);
    const [oldest] = this.#vanished;
    if (this.#vanished.size > MOST_VANISHED && oldest !== undefined) this.#vanished.delete(oldest);
  }

  #put(object: T): Change<T>[] {
    const news = this.#identity(object);
    const was = this.#objects.get(keyOf(news));
    this.#objects.set(keyOf(news), object);
    if (was === undefined) return [{ kind: 'added', now: object }];
    const known = this.#identity(was);
    if (known.uid !== news.uid) {
      return [
        { kind: 'removed', was },
        { kind: 'added', now: object },
      ];
    }
    if (known.resourceVersion === news.resourceVersion) return [];
    return [{ kind: 'changed', was, now: object }];
  }

  #drop(gone: Identity): Change<T>[] {
    const was = this.#objects.get(keyOf(gone));
    if (was === undefined || this.#identity(was).uid !== gone.uid) return [];
    this.#objects.delete(keyOf(gone));
    return [{ kind: 'removed', was }];
  }
}

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export function keyOf(place: Place): string {
  return `${place.namespace}/${place.name}`;
}

function isStale(news: Identity, ahead: Ahead): boolean {
  return ahead.gone
    ? news.uid === ahead.uid && ahead.listed !== true
    : isOlder(news.resourceVersion, ahead.resourceVersion);
}
