/**
 * Destination Secrets. Those with our owner labels are watched and kept as digests, never as values; all are read and
 * written live by name. One call per write, each with a precondition, so a key is never half a revision and nothing
 * that someone deleted comes back.
 */
import type { OwnerReference } from '../api/object.ts';
import type { Clock } from '../runtime/clock.ts';
import { FaultError } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import { hasStatus, isObjectMissing } from './faults.ts';
import { Reflector, type ReflectorNote } from './reflector.ts';
import { SECRETS } from './routes.ts';
import { type Change, Store } from './store.ts';
import type { Transport } from './transport.ts';
import { isRecord, type WireObject, wireObject } from './wire.ts';

type Texts = Readonly<Record<string, string>>;

/** What is remembered of a Secret: never a value. */
export interface SecretDigest {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly type: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly ownerReferences: readonly OwnerReference[];
  readonly mac: string;
  readonly immutable: boolean;
}

export interface SecretContent {
  readonly digest: SecretDigest;
  readonly data: Sealed<Texts>;
}

export interface SecretBody {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly ownerReferences: readonly OwnerReference[];
  readonly data: Sealed<Texts>;
}

export interface SecretsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Of the owner labels; values that are the same on every Secret of ours. */
  readonly labels: Texts;
  /** Code of the data, by which equal data is told without keeping it. */
  readonly mac: (data: Texts) => string;
  readonly seed: string;
  readonly assertLeading: () => void;
  /** A watched Secret came, changed or went by somebody else's hand. */
  readonly onChange: (change: Change<SecretDigest>) => void;
  readonly onNote: (resource: string, note: ReflectorNote) => void;
}

/** Secrets may be a MiB each. */
const PAGE_SIZE = 50;

export class DestinationSecrets {
  readonly #options: SecretsOptions;
  readonly #store = new Store<SecretDigest>((digest) => digest);
  readonly reflector: Reflector<SecretDigest>;

  constructor(options: SecretsOptions) {
    this.#options = options;
    const { transport, clock, seed, labels, onChange, onNote } = options;
    const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    this.reflector = new Reflector({
      transport,
      clock,
      scope: { route: SECRETS, namespace: undefined, labelSelector: pairs.join(',') },
      store: this.#store,
      read: (object) => this.#content(object).digest,
      pageSize: PAGE_SIZE,
      seed: `${seed}/secrets`,
      onChange,
      onNote: (note) => onNote('secrets', note),
    });
  }

  watched(namespace: string, name: string): SecretDigest | undefined {
    return this.#store.get(namespace, name);
  }

  ownedBy(uid: string): readonly SecretDigest[] {
    return [...this.#store.values()].filter(({ ownerReferences }) =>
      ownerReferences.some((owner) => owner.uid === uid),
    );
  }

  async read(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<SecretContent | undefined> {
    try {
      const call = { verb: 'get', route: SECRETS, namespace, name } as const;
      const { json } = await this.#options.transport.raw(call, signal);
      return this.#content(wireObject(json));
    } catch (thrown) {
      if (isObjectMissing(thrown, name)) return undefined;
      throw thrown;
    }
  }

  async create(body: SecretBody, signal: AbortSignal): Promise<SecretDigest> {
    this.#options.assertLeading();
    const { namespace } = body;
    const call = { verb: 'create', route: SECRETS, namespace, body: wireBody(body) } as const;
    return this.#written((await this.#options.transport.raw(call, signal)).json);
  }

  /** A Secret that is gone is a conflict too: its maker decides anew. */
  async replace(body: SecretBody, over: SecretDigest, signal: AbortSignal): Promise<SecretDigest> {
    this.#options.assertLeading();
    const { namespace, name } = body;
    const { uid, resourceVersion } = over;
    const wire = wireBody(body, { uid, resourceVersion });
    const call = { verb: 'update', route: SECRETS, namespace, name, body: wire } as const;
    try {
      return this.#written((await this.#options.transport.raw(call, signal)).json);
    } catch (thrown) {
      if (hasStatus(thrown, 404)) throw gone(name);
      throw thrown;
    }
  }

  async remove(digest: SecretDigest, signal: AbortSignal): Promise<void> {
    this.#options.assertLeading();
    const { namespace, name, uid, resourceVersion } = digest;
    const body = { preconditions: { uid, resourceVersion } };
    const call = { verb: 'delete', route: SECRETS, namespace, name, body } as const;
    try {
      await this.#options.transport.raw(call, signal);
    } catch (thrown) {
      if (!isObjectMissing(thrown, name)) throw thrown;
    }
    this.#store.removed(digest);
  }

  /** Shows at once, and is no news to anybody when the watch brings it. Only what bears our labels is kept. */
  #written(json: unknown): SecretDigest {
    const { digest } = this.#content(wireObject(json));
    const isWatched = Object.entries(this.#options.labels).every(
      ([key, value]) => digest.labels[key] === value,
    );
    if (isWatched) this.#store.written(digest);
    return digest;
  }

  #content(object: WireObject): SecretContent {
    const data = textsOf(object['data']);
    const { namespace = '', name, uid, resourceVersion } = object.metadata;
    const { labels = {}, annotations = {}, ownerReferences = [] } = object.metadata;
    const type = typeof object['type'] === 'string' ? object['type'] : 'Opaque';
    const place = { namespace, name, uid, resourceVersion, type };
    const mac = this.#options.mac(data);
    const immutable = object['immutable'] === true;
    const digest = { ...place, labels, annotations, ownerReferences, mac, immutable };
    return { digest, data: seal(data) };
  }
}

function wireBody(body: SecretBody, guard: object = {}): unknown {
  const { namespace, name, type, labels, annotations, ownerReferences, data } = body;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: { namespace, name, labels, annotations, ownerReferences, ...guard },
    data: data.open(),
  };
}

function textsOf(value: unknown): Texts {
  const texts = Object.entries(isRecord(value) ? value : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function gone(name: string): FaultError {
  return new FaultError({
    kind: 'transient',
    reason: 'KubernetesConflict',
    message: `Secret ${name} was deleted meanwhile`,
  });
}
