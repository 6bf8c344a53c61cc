/**
 * Destination Secrets. Those with our owner labels are watched and kept as digests, never as values; all are read and
 * written live by name. One call per write, each with a precondition, so a key is never half a revision and nothing
 * that someone deleted comes back. A write of ours shows at once and is news to nobody.
 */
import type { Clock } from '../runtime/clock.ts';
import { FaultError } from '../runtime/fault.ts';
import { Copies } from './copies.ts';
import { hasStatus, isObjectMissing } from './faults.ts';
import { OwnWrites } from './own-writes.ts';
import type { Reflector, ReflectorNote } from './reflector.ts';
import { SECRETS } from './routes.ts';
import {
  contentOf,
  type DataMac,
  digestOf,
  type SecretBody,
  type SecretContent,
  type SecretDigest,
  saysTheSame,
  wireSecret,
} from './secret-digest.ts';
import { SecretOwners } from './secret-owners.ts';
import type { Change, Place } from './store.ts';
import type { Transport } from './transport.ts';
import { isRecord, wireObject } from './wire.ts';

export interface SecretsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Of the owner labels; values that are the same on every Secret of ours. */
  readonly labels: Readonly<Record<string, string>>;
  /** None means all. */
  readonly namespaces: readonly string[];
  readonly mac: DataMac;
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
  readonly #copies: Copies<SecretDigest>;
  readonly #owners = new SecretOwners();
  readonly #ownWrites = new OwnWrites<SecretDigest>();

  constructor(options: SecretsOptions) {
    this.#options = options;
    const { transport, clock, seed, labels, namespaces, mac, onNote } = options;
    const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    this.#copies = new Copies({
      transport,
      clock,
      route: SECRETS,
      labelSelector: pairs.join(','),
      namespaces,
      identity: (digest) => digest,
      read: (object) => digestOf(object, mac),
      pageSize: PAGE_SIZE,
      seed: `${seed}/secrets`,
      onChange: (change) => this.#heard(change),
      onNote: (note) => onNote('secrets', note),
    });
  }

  get reflectors(): readonly Reflector<SecretDigest>[] {
    return this.#copies.reflectors;
  }

  watched(namespace: string, name: string): SecretDigest | undefined {
    return this.#copies.get(namespace, name);
  }

  ownedBy(uid: string): readonly SecretDigest[] {
    return this.#owners.ownedBy(uid);
  }

  async read(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<SecretContent | undefined> {
    const { transport, mac } = this.#options;
    try {
      const call = { verb: 'get', route: SECRETS, namespace, name } as const;
      return contentOf(wireObject((await transport.raw(call, signal)).json), mac);
    } catch (thrown) {
      if (isObjectMissing(thrown, name)) return undefined;
      throw thrown;
    }
  }

  create(body: SecretBody, signal: AbortSignal): Promise<SecretDigest> {
    const { namespace } = body;
    const call = { verb: 'create', route: SECRETS, namespace, body: wireSecret(body) } as const;
    return this.#ownWrite(body, async () =>
      this.#written((await this.#options.transport.raw(call, signal)).json),
    );
  }

  /** A Secret that is gone is a conflict too: its maker decides anew. */
  async replace(body: SecretBody, over: SecretDigest, signal: AbortSignal): Promise<SecretDigest> {
    const { namespace, name } = body;
    const { uid, resourceVersion, finalizers } = over;
    const wire = wireSecret(body, { uid, resourceVersion, ...(finalizers && { finalizers }) });
    const call = { verb: 'update', route: SECRETS, namespace, name, body: wire } as const;
    return this.#ownWrite(body, async () => {
      try {
        return this.#written((await this.#options.transport.raw(call, signal)).json);
      } catch (thrown) {
        if (hasStatus(thrown, 404)) throw gone(name);
        throw thrown;
      }
    });
  }

  async remove(digest: SecretDigest, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid, resourceVersion } = digest;
    const body = { preconditions: { uid, resourceVersion } };
    const call = { verb: 'delete', route: SECRETS, namespace, name, body } as const;
    await this.#ownWrite(digest, async () => {
      try {
        const { json } = await this.#options.transport.raw(call, signal);
        // A Secret that someone's finalizer holds is answered as it is, and is still there.
        if (isRecord(json) && json['kind'] === 'Status') this.#mine(this.#copies.removed(digest));
      } catch (thrown) {
        if (!isObjectMissing(thrown, name)) throw thrown;
      }
      return undefined;
    });
  }

  /** What the watch says of a Secret while we write it waits: it may be our own write, come before its answer. */
  async #ownWrite<Result extends SecretDigest | undefined>(
    { namespace, name }: Place,
    act: () => Promise<Result>,
  ): Promise<Result> {
    this.#options.assertLeading();
    using held = this.#ownWrites.begin({ namespace, name }, (change) => this.#tell(change));
    const written = await act();
    const known = this.watched(namespace, name);
    if (known?.resourceVersion === written?.resourceVersion) held.wasOurs();
    return written;
  }

  /** Only what bears our labels is kept. */
  #written(json: unknown): SecretDigest {
    const digest = digestOf(wireObject(json), this.#options.mac);
    const isWatched = Object.entries(this.#options.labels).every(
      ([key, value]) => digest.labels[key] === value,
    );
    if (isWatched) this.#mine(this.#copies.written(digest));
    return digest;
  }

  #mine(changes: readonly Change<SecretDigest>[]): void {
    for (const change of changes) this.#owners.note(change);
  }

  #heard(change: Change<SecretDigest>): void {
    this.#owners.note(change);
    const place = change.kind === 'removed' ? change.was : change.now;
    if (!this.#ownWrites.hold(place, change)) this.#tell(change);
  }

  #tell(change: Change<SecretDigest>): void {
    if (change.kind !== 'changed' || !saysTheSame(change.was, change.now)) {
      this.#options.onChange(change);
    }
  }
}

function gone(name: string): FaultError {
  return new FaultError({
    kind: 'transient',
    reason: 'KubernetesConflict',
    message: `Secret ${name} was deleted meanwhile`,
  });
}
