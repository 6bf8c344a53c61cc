/**
 * The watched copies of one resource, in all namespaces or in chosen ones: a list and a watch for each, asked as one.
 * Promises that what lies elsewhere is never said to be gone: it is not spoken of at all.
 */
import type { Route } from './api-call.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';
import { type Change, Store } from './store.ts';
import type { Identity } from './wire.ts';

export interface CopiesOptions<T> extends Omit<ReflectorOptions<T>, 'scope' | 'store'> {
  readonly route: Route;
  readonly labelSelector?: string;
  /** None means all. */
  readonly namespaces: readonly string[];
  readonly identity: (object: T) => Identity;
}

/** Stands for all namespaces: no namespace has this name. */
const ALL = '';

export class Copies<T> {
  readonly reflectors: readonly Reflector<T>[];
  readonly #identity: (object: T) => Identity;
  readonly #stores: ReadonlyMap<string, Store<T>>;

  constructor(options: CopiesOptions<T>) {
    const { namespaces, identity } = options;
    this.#identity = identity;
    const chosen = namespaces.length === 0 ? [ALL] : namespaces;
    this.#stores = new Map(chosen.map((namespace) => [namespace, new Store(identity)]));
    this.reflectors = [...this.#stores].map(([namespace, store]) =>
      reflectorOf(options, namespace, store),
    );
  }

  watches(namespace: string): boolean {
    return this.#of(namespace) !== undefined;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#of(namespace)?.get(namespace, name);
  }

  values(): T[] {
    return [...this.#stores.values()].flatMap((store) => [...store.values()]);
  }

  /** See Store. */
  written(object: T): readonly Change<T>[] {
    return this.#of(this.#identity(object).namespace)?.written(object) ?? [];
  }

  removed(gone: Identity): readonly Change<T>[] {
    return this.#of(gone.namespace)?.removed(gone) ?? [];
  }

  #of(namespace: string): Store<T> | undefined {
    return this.#stores.get(ALL) ?? this.#stores.get(namespace);
  }
}

function reflectorOf<T>(
  { route, labelSelector, ...options }: CopiesOptions<T>,
  namespace: string,
  store: Store<T>,
): Reflector<T> {
  const scope = {
    route,
    namespace: namespace === ALL ? undefined : namespace,
    ...(labelSelector !== undefined && { labelSelector }),
  };
  return new Reflector({ ...options, scope, store });
}
