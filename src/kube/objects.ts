/**
 * Our custom resources: watched copies of all kinds, and the few writes we do to them. A status that we patched shows
 * in the copy at once, so that nobody judges by an older one.
 */
import { GROUP, VERSION } from '../api/group.ts';
import type { ObjectMeta } from '../api/object.ts';
import type { Clock } from '../runtime/clock.ts';
import { FaultError, refused } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import type { Route } from './api-call.ts';
import { Copies } from './copies.ts';
import { hasStatus, isObjectMissing } from './faults.ts';
import type { Reflector, ReflectorNote } from './reflector.ts';
import type { Change } from './store.ts';
import type { Transport } from './transport.ts';
import { metaOf, type WireObject, wireObject } from './wire.ts';

export interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface ObjectsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Plural by kind. */
  readonly kinds: Readonly<Record<string, string>>;
  /** None means all. */
  readonly namespaces: readonly string[];
  /** See Reflector. */
  readonly seed: string;
  /** Throws when this replica must not write. */
  readonly assertLeading: () => void;
  readonly onChange: (change: Change<CustomObject>) => void;
  readonly onNote: (resource: string, note: ReflectorNote) => void;
}

const PAGE_SIZE = 500;
/** Others write while we do; who loses this often comes back later. */
const MOST_ATTEMPTS = 3;

/** VSO's, which would hold an object back once VSO is gone. */
const VSO_FINALIZERS: ReadonlySet<string> = new Set([
  'vaultstaticsecret.secrets.hashicorp.com/finalizer',
  'vaultdynamicsecret.secrets.hashicorp.com/finalizer',
  'vaultpkisecrets.secrets.hashicorp.com/finalizer',
  'vaultauth.secrets.hashicorp.com/finalizer',
  'vaultconnection.secrets.hashicorp.com/finalizer',
]);

interface Watched {
  readonly route: Route;
  readonly copies: Copies<CustomObject>;
}

export class CustomObjects {
  readonly #options: ObjectsOptions;
  readonly #watched: ReadonlyMap<string, Watched>;

  constructor(options: ObjectsOptions) {
    this.#options = options;
    const kinds = Object.entries(options.kinds);
    this.#watched = new Map(kinds.map(([kind, plural]) => [kind, this.#watch(kind, plural)]));
  }

  get reflectors(): readonly Reflector<CustomObject>[] {
    return [...this.#watched.values()].flatMap(({ copies }) => copies.reflectors);
  }

  get(ref: Ref): CustomObject | undefined {
    return this.#watched.get(ref.kind)?.copies.get(ref.namespace, ref.name);
  }

  list(kind: string): readonly CustomObject[] {
    return this.#watched.get(kind)?.copies.values() ?? [];
  }

  /** False where absence means nothing. */
  watches(namespace: string): boolean {
    const { namespaces } = this.#options;
    return namespaces.length === 0 || namespaces.includes(namespace);
  }

  /** Throws when it cannot be told: a forbidden read, a kind that is not served, or a namespace that is not watched. */
  async exists(ref: Ref, uid: string, signal: AbortSignal): Promise<'there' | 'gone'> {
    if (!this.watches(ref.namespace)) throw notWatched(ref);
    return (await this.#live(ref, signal))?.metadata.uid === uid ? 'there' : 'gone';
  }

  /**
   * Fails for an object that was made anew; one that is gone needs no status. The guard is the resourceVersion: the API
   * server looks at no uid in a patch of the status of a custom resource.
   */
  async patchStatus(ref: Ref, uid: string, status: object, signal: AbortSignal): Promise<void> {
    const { route, copies } = this.#of(ref);
    const { namespace, name } = ref;
    const kept = copies.get(namespace, name);
    let state = kept?.metadata.uid === uid ? kept : await this.#live(ref, signal);
    for (let attempt = 1; state !== undefined; attempt += 1) {
      this.#options.assertLeading();
      if (state.metadata.uid !== uid) throw madeAnew(ref);
      const { resourceVersion } = state.metadata;
      const body = { metadata: { resourceVersion }, status };
      const call = { verb: 'patch', route, namespace, name, subresource: 'status', body } as const;
      try {
        return await this.#write(ref, () => this.#options.transport.raw(call, signal));
      } catch (thrown) {
        if (!hasStatus(thrown, 409) || attempt === MOST_ATTEMPTS) throw thrown;
        state = await this.#live(ref, signal);
      }
    }
  }

  async stripFinalizers(object: CustomObject, signal: AbortSignal): Promise<void> {
    const all = object.metadata.finalizers ?? [];
    const finalizers = all.filter((name) => !VSO_FINALIZERS.has(name));
    if (finalizers.length === all.length) return;
    this.#options.assertLeading();
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const { route } = this.#of({ kind: object.kind, namespace, name });
    // With the resourceVersion, because a merge patch replaces the whole list.
    const body = { metadata: { uid, resourceVersion, finalizers } };
    const call = { verb: 'patch', route, namespace, name, body } as const;
    const ref = { kind: object.kind, namespace, name };
    await this.#write(ref, () => this.#options.transport.raw(call, signal));
  }

  /** Undefined only when the API server says that this very object is not there. */
  async #live(ref: Ref, signal: AbortSignal): Promise<CustomObject | undefined> {
    const { namespace, name, kind } = ref;
    const call = { verb: 'get', route: this.#of(ref).route, namespace, name } as const;
    try {
      return customObject(kind, wireObject((await this.#options.transport.raw(call, signal)).json));
    } catch (thrown) {
      if (isObjectMissing(thrown, name)) return undefined;
      throw thrown;
    }
  }

  async #write(ref: Ref, send: () => Promise<{ readonly json: unknown }>): Promise<void> {
    try {
      const { json } = await send();
      this.#of(ref).copies.written(customObject(ref.kind, wireObject(json)));
    } catch (thrown) {
      if (!hasStatus(thrown, 404)) throw thrown;
    }
  }

  #of(ref: Ref): Watched {
    const watched = this.#watched.get(ref.kind);
    if (!watched) throw new TypeError('not one of our kinds');
    return watched;
  }

  #watch(kind: string, plural: string): Watched {
    const { transport, clock, seed, namespaces, onChange, onNote } = this.#options;
    const route = { group: GROUP, version: VERSION, plural };
    const copies = new Copies({
      transport,
      clock,
      route,
      namespaces,
      identity: ({ metadata }) => metadata,
      read: (object) => customObject(kind, object),
      pageSize: PAGE_SIZE,
      seed: `${seed}/${plural}`,
      onChange,
      onNote: (note) => onNote(plural, note),
    });
    return { route, copies };
  }
}

function notWatched({ kind, namespace, name }: Ref): FaultError {
  return refused(
    'NamespaceNotWatched',
    `whether ${kind} ${name} exists cannot be told: namespace ${namespace} is not among --watch-namespaces`,
  );
}

function madeAnew({ kind, name }: Ref): FaultError {
  return new FaultError({
    kind: 'transient',
    reason: 'KubernetesConflict',
    message: `${kind} ${name} was deleted and made anew meanwhile`,
  });
}

/** Lists leave kind and apiVersion out of their items. */
export function customObject(kind: string, object: WireObject): CustomObject {
  return {
    apiVersion: `${GROUP}/${VERSION}`,
    kind,
    metadata: metaOf(object.metadata),
    spec: object['spec'],
    status: object['status'],
  };
}
