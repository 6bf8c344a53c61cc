/**
 * Secrets of the operator itself, found by their labels in its own namespace: the ledger's records. Values are text.
 * Writes are guarded by uid and resourceVersion, so a writer that is late by one change fails.
 */
import { type Sealed, seal } from '../runtime/sealed.ts';
import { isObjectMissing } from './faults.ts';
import { listAll } from './listing.ts';
import { SECRETS } from './routes.ts';
import type { Transport } from './transport.ts';
import { isRecord, type WireObject, wireObject } from './wire.ts';

type Texts = Readonly<Record<string, string>>;

export interface StoredSecret {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Texts;
  readonly data: Sealed<Texts>;
}

export interface NewSecret {
  readonly name: string;
  readonly labels: Texts;
  readonly data: Sealed<Texts>;
}

const PAGE_SIZE = 500;

export class OperatorSecrets {
  readonly #transport: Transport;
  readonly #namespace: string;
  readonly #labels: Texts;
  readonly #assertLeading: () => void;

  /** `labels`: those of every record. `assertLeading` throws when this replica must not write. */
  constructor(
    transport: Transport,
    namespace: string,
    labels: Texts,
    assertLeading: () => void = () => undefined,
  ) {
    this.#transport = transport;
    this.#namespace = namespace;
    this.#labels = labels;
    this.#assertLeading = assertLeading;
  }

  async list(signal: AbortSignal): Promise<readonly StoredSecret[]> {
    const pairs = Object.entries(this.#labels).map(([key, value]) => `${key}=${value}`);
    const scope = { route: SECRETS, namespace: this.#namespace, labelSelector: pairs.join(',') };
    const options = { pageSize: PAGE_SIZE, read: storedSecret };
    return (await listAll(this.#transport, scope, options, signal)).objects;
  }

  async read(name: string, signal: AbortSignal): Promise<StoredSecret | undefined> {
    try {
      return storedOf(await this.#call('get', name, undefined, signal));
    } catch (thrown) {
      if (isObjectMissing(thrown, name)) return undefined;
      throw thrown;
    }
  }

  async create(secret: NewSecret, signal: AbortSignal): Promise<StoredSecret> {
    this.#assertLeading();
    return storedOf(await this.#call('create', undefined, this.#bodyOf(secret), signal));
  }

  async replace(over: StoredSecret, next: NewSecret, signal: AbortSignal): Promise<StoredSecret> {
    this.#assertLeading();
    const { uid, resourceVersion } = over;
    const body = this.#bodyOf(next, { uid, resourceVersion });
    return storedOf(await this.#call('update', over.name, body, signal));
  }

  async remove({ name, uid }: StoredSecret, signal: AbortSignal): Promise<void> {
    this.#assertLeading();
    try {
      await this.#call('delete', name, { preconditions: { uid } }, signal);
    } catch (thrown) {
      if (!isObjectMissing(thrown, name)) throw thrown;
    }
  }

  async #call(
    verb: 'get' | 'create' | 'update' | 'delete',
    name: string | undefined,
    body: unknown,
    signal: AbortSignal,
  ): Promise<unknown> {
    const call = { verb, route: SECRETS, namespace: this.#namespace, body };
    const { json } = await this.#transport.raw(
      name === undefined ? call : { ...call, name },
      signal,
    );
    return json;
  }

  #bodyOf({ name, labels, data }: NewSecret, guard: object = {}): unknown {
    const values = Object.entries(data.open());
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: { name, labels, ...guard },
      data: Object.fromEntries(
        values.map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
      ),
    };
  }
}

function storedOf(json: unknown): StoredSecret {
  return storedSecret(wireObject(json));
}

function storedSecret({ metadata, data }: WireObject): StoredSecret {
  const { name, uid, resourceVersion, labels = {} } = metadata;
  const values = Object.entries(isRecord(data) ? data : {}).map(
    ([key, value]) => [key, Buffer.from(String(value), 'base64').toString()] as const,
  );
  return { name, uid, resourceVersion, labels, data: seal(Object.fromEntries(values)) };
}
