/**
 * Live reads for a person, under that person's rights, and the one write of a command: annotations. Of Secrets only
 * the metadata is asked for. Keeps nothing; "not there" is undefined, everything else that fails is a fault.
 */

import { GROUP, VERSION } from '../api/group.ts';
import type { ObjectMeta } from '../api/object.ts';
import type { Ref } from '../runtime/ref.ts';
import type { ApiCall, Route } from './api-call.ts';
import { isObjectMissing } from './faults.ts';
import { epochMsOf } from './instants.ts';
import { LEASE_NAME } from './lease-lock.ts';
import { type CustomObject, customObject } from './objects.ts';
import { LEASES, NAMESPACES, SECRETS } from './routes.ts';
import type { Transport } from './transport.ts';
import { isRecord, metaOf, wireObject } from './wire.ts';

export interface ToldEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly lastAt: string;
  readonly count: number;
}

export interface LeaderNote {
  readonly namespace: string;
  readonly holder: string;
  readonly renewedAt: number;
  readonly durationMs: number;
}

const EVENTS: Route = { group: '', version: 'v1', plural: 'events' };

export class Reader {
  readonly #transport: Transport;
  readonly #plurals: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  /** `plurals`: of our kinds, by kind. */
  constructor(
    transport: Transport,
    plurals: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) {
    this.#transport = transport;
    this.#plurals = plurals;
    this.#signal = signal;
  }

  async object(ref: Ref): Promise<CustomObject | undefined> {
    const json = await this.#get(this.#callOf(ref), false);
    return json === undefined ? undefined : customObject(ref.kind, wireObject(json));
  }

  secret(namespace: string, name: string): Promise<ObjectMeta | undefined> {
    return this.#metadata({ verb: 'get', route: SECRETS, namespace, name });
  }

  namespace(name: string): Promise<ObjectMeta | undefined> {
    return this.#metadata({ verb: 'get', route: NAMESPACES, name });
  }

  /** The certificates under ca.crt, and nothing else of that Secret: they are public. */
  async ca(namespace: string, name: string): Promise<string | undefined> {
    const json = await this.#get({ verb: 'get', route: SECRETS, namespace, name }, false);
    const data = isRecord(json) ? json['data'] : undefined;
    const pem = isRecord(data) ? data['ca.crt'] : undefined;
    return typeof pem === 'string' ? Buffer.from(pem, 'base64').toString() : undefined;
  }

  /** Metadata of the Secrets of a namespace. */
  async secrets(namespace: string, labelSelector: string): Promise<readonly ObjectMeta[]> {
    const call = { verb: 'list', route: SECRETS, namespace, query: { labelSelector } } as const;
    const { json } = await this.#transport.raw(call, this.#signal, { metadataOnly: true });
    return itemsOf(json).map((item) => metaOf(wireObject(item).metadata));
  }

  /** Those about one object, the latest first. */
  async events(namespace: string, uid: string): Promise<readonly ToldEvent[]> {
    const query = { fieldSelector: `involvedObject.uid=${uid}` };
    const call = { verb: 'list', route: EVENTS, namespace, query } as const;
    const { json } = await this.#transport.raw(call, this.#signal);
    const told = itemsOf(json).map(toldEvent);
    return told.toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
  }

  async leader(namespace: string): Promise<LeaderNote | undefined> {
    const json = await this.#get(
      { verb: 'get', route: LEASES, namespace, name: LEASE_NAME },
      false,
    );
    if (json === undefined) return undefined;
    const { spec } = wireObject(json);
    const { holderIdentity, renewTime, leaseDurationSeconds } = isRecord(spec) ? spec : {};
    return {
      namespace,
      holder: textOf(holderIdentity),
      renewedAt: epochMsOf(textOf(renewTime)) || 0,
      durationMs: Number(leaseDurationSeconds ?? 0) * 1000,
    };
  }

  /** null takes an annotation away. Throws when there is no such object. */
  async annotate(ref: Ref, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    const call =
      ref.kind === 'Namespace' ? { route: NAMESPACES, name: ref.name } : this.#callOf(ref);
    const body = { metadata: { annotations } };
    await this.#transport.raw({ ...call, verb: 'patch', body }, this.#signal, {
      metadataOnly: true,
    });
  }

  #callOf({ kind, namespace, name }: Ref) {
    const plural = this.#plurals[kind];
    if (plural === undefined) throw new TypeError('not one of our kinds');
    const route = { group: GROUP, version: VERSION, plural };
    return { verb: 'get', route, namespace, name } as const;
  }

  async #metadata(call: ApiCall): Promise<ObjectMeta | undefined> {
    const json = await this.#get(call, true);
    return json === undefined ? undefined : metaOf(wireObject(json).metadata);
  }

  async #get(call: ApiCall, metadataOnly: boolean): Promise<unknown> {
    try {
      return (await this.#transport.raw(call, this.#signal, { metadataOnly })).json;
    } catch (thrown) {
      if (isObjectMissing(thrown, call.name ?? '')) return undefined;
      throw thrown;
    }
  }
}

function itemsOf(json: unknown): readonly unknown[] {
  const items = isRecord(json) ? json['items'] : undefined;
  return Array.isArray(items) ? items : [];
}

/** Written by us (lastTimestamp, count), or through events.k8s.io (eventTime, series). */
function toldEvent(item: unknown): ToldEvent {
  const event = isRecord(item) ? item : {};
  const { type, reason, message, lastTimestamp, eventTime, count } = event;
  return {
    type: textOf(type),
    reason: textOf(reason),
    message: textOf(message),
    lastAt: textOf(lastTimestamp) || textOf(eventTime),
    count: Number(count ?? 1),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
