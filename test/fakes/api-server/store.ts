/**
 * The store below the API: objects by resource and key, one global version, and the history that watches and
 * old lists are answered from. Refuses to know HTTP, kinds and rules; it commits what it is given.
 */
import type { Thing } from './objects.ts';

/** `resource` is the qualified name, as in `deployments.apps`. */
export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: string;
  readonly object: Thing;
  readonly previous?: Thing;
}

/** Longer than any test; `compact` makes versions expire on purpose. */
const HISTORY_LIMIT = 50_000;

export class Store {
  readonly #tables = new Map<string, Map<string, Thing>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  #version = 1;
  #compactedTo = 1;

  get version(): number {
    return this.#version;
  }

  /** Versions below this one have left the history. */
  get oldest(): number {
    return this.#compactedTo;
  }

  get(resource: string, namespace: string | undefined, name: string): Thing | undefined {
    return this.#tables.get(resource)?.get(keyOf(namespace, name));
  }

  /** In the order of keys, as etcd lists. */
  list(resource: string, namespace?: string): Thing[] {
    return inOrder(this.#tables.get(resource) ?? new Map(), namespace);
  }

  /** As it was at that version; undefined when the history no longer reaches back. */
  listAt(version: number, resource: string, namespace?: string): Thing[] | undefined {
    if (version < this.#compactedTo) return undefined;
    const table = new Map(this.#tables.get(resource));
    for (let index = this.#history.length - 1; index >= 0; index--) {
      const change = this.#history[index];
      if (change === undefined || change.version <= version) break;
      if (change.resource === resource) undo(table, change);
    }
    return inOrder(table, namespace);
  }

  all(): Thing[] {
    return [...this.#tables.values()].flatMap((table) => [...table.values()]);
  }

  resources(): string[] {
    return [...this.#tables.keys()];
  }

  put(resource: string, thing: Thing): Thing {
    const table = this.#tables.get(resource) ?? new Map<string, Thing>();
    this.#tables.set(resource, table);
    const key = keyOf(thing.metadata.namespace, thing.metadata.name);
    const previous = table.get(key);
    const object = this.#stamp(thing);
    table.set(key, object);
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#commit({ version: this.#version, type, resource, object, ...(previous && { previous }) });
    return object;
  }

  remove(resource: string, thing: Thing): Thing {
    const key = keyOf(thing.metadata.namespace, thing.metadata.name);
    const previous = this.#tables.get(resource)?.get(key);
    if (previous === undefined) return thing;
    this.#tables.get(resource)?.delete(key);
    const object = this.#stamp(thing);
    this.#commit({ version: this.#version, type: 'DELETED', resource, object, previous });
    return object;
  }

  /** Changes how stored objects read, without a version of its own: what a newer schema does to older objects. */
  reread(resource: string, read: (thing: Thing) => Thing): void {
    const table = this.#tables.get(resource);
    for (const [key, thing] of table ?? []) table?.set(key, read(thing));
  }

  /** undefined when the history no longer reaches back to that version. */
  since(version: number): Change[] | undefined {
    if (version < this.#compactedTo) return undefined;
    return this.#history.filter((change) => change.version > version);
  }

  /** Forgets the history up to this version. */
  compact(version = this.#version): void {
    this.#compactedTo = Math.max(this.#compactedTo, version);
    this.#history = this.#history.filter((change) => change.version > this.#compactedTo);
  }

  /** Everything as it is, versions and history included; the answer brings it back. Nobody is told. */
  backup(): () => void {
    const tables = [...this.#tables].map(
      ([resource, table]) => [resource, new Map(table)] as const,
    );
    const [history, version, compactedTo] = [[...this.#history], this.#version, this.#compactedTo];
    return () => {
      this.#tables.clear();
      for (const [resource, table] of tables) this.#tables.set(resource, new Map(table));
      this.#history = [...history];
      this.#version = version;
      this.#compactedTo = compactedTo;
    };
  }

  subscribe(listener: (change: Change) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #stamp(thing: Thing): Thing {
    this.#version += 1;
    return { ...thing, metadata: { ...thing.metadata, resourceVersion: String(this.#version) } };
  }

  #commit(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > HISTORY_LIMIT) this.compact(change.version - HISTORY_LIMIT / 2);
    for (const listener of this.#listeners) listener(change);
  }
}

export function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function inOrder(table: ReadonlyMap<string, Thing>, namespace: string | undefined): Thing[] {
  const entries = [...table].filter(
    ([, thing]) => namespace === undefined || thing.metadata.namespace === namespace,
  );
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, thing]) => thing);
}

function undo(table: Map<string, Thing>, change: Change): void {
  const key = keyOf(change.object.metadata.namespace, change.object.metadata.name);
  if (change.previous === undefined) table.delete(key);
  else table.set(key, change.previous);
}
