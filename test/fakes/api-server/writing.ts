/**
 * The life of an object: create, update, delete, with the rules that hold for every kind (server-set metadata,
 * preconditions, generation, status apart, finalizers, no-op updates). Refuses to know HTTP, users and watches.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Admission, Verb } from './admission.ts';
import { toCore } from './events.ts';
import { type Kind, tableOf } from './kinds.ts';
import { checkMetadata } from './metadata.ts';
import { assertOpen } from './namespaces.ts';
import { at, type Draft, type Metadata, same, type Thing, timestamp, without } from './objects.ts';
import type { Cause } from './status.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  MODIFIED,
  notFound,
  StatusError,
} from './status.ts';
import type { Store } from './store.ts';

export interface Place {
  readonly kind: Kind;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly subresource: string;
  readonly dryRun: boolean;
}

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export class Writer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #admission: Admission;

  constructor(store: Store, clock: Clock, admission: Admission) {
    this.#store = store;
    this.#clock = clock;
    this.#admission = admission;
  }

  create(place: Place, input: Draft): Thing {
    const { kind, namespace } = place;
    assertPlace(place, input);
    if ((input.metadata.resourceVersion ?? '') !== '')
      throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
    const named = withName(input);
    assertOpen(this.#store, kind, namespace, named.metadata.name ?? '');
    const thing = this.#judged(place, this.#born(place, named), undefined, 'create');
    const { name } = thing.metadata;
    if (this.#store.get(tableOf(kind), namespace, name)) throw alreadyExists(kind, name);
    return place.dryRun ? thing : this.#store.put(tableOf(kind), thing);
  }

  /** `change` sees the current object and gives the whole new one. */
  update(place: Place, name: string, change: (current: Thing) => Draft): Thing {
    const { kind, namespace } = place;
    const current = this.#store.get(tableOf(kind), namespace, name);
    if (current === undefined) throw notFound(kind, name);
    const wanted = change(current);
    assertPlace(place, wanted);
    assertCurrent(place, current, wanted);
    const merged = this.#merged(place, current, wanted);
    const next = this.#judged(place, merged, current, 'update');
    if (same(next, current)) return current;
    const grown = { ...next, metadata: { ...next.metadata, ...generation(kind, current, next) } };
    if (place.dryRun) return grown;
    return isFinished(grown)
      ? this.#store.remove(tableOf(kind), grown)
      : this.#store.put(tableOf(kind), grown);
  }

  /** The object as it was left; `gone` is false while finalizers hold it. */
  delete(place: Place, name: string, only: Preconditions): { thing: Thing; gone: boolean } {
    const { kind, namespace, dryRun } = place;
    const current = this.#store.get(tableOf(kind), namespace, name);
    if (current === undefined) throw notFound(kind, name);
    assertPreconditions(kind, current, only);
    this.#admission.judge({ verb: 'delete', kind, object: current });
    const holds = held(kind, current);
    if (holds.length === 0)
      return { thing: dryRun ? current : this.#store.remove(tableOf(kind), current), gone: true };
    if (current.metadata.deletionTimestamp !== undefined || dryRun)
      return { thing: current, gone: false };
    return {
      thing: this.#store.put(tableOf(kind), this.#doomed(kind, current, holds)),
      gone: false,
    };
  }

  #doomed(kind: Kind, current: Thing, holds: readonly string[]): Thing {
    const { generation: count } = current.metadata;
    const metadata = {
      ...current.metadata,
      ...(count !== undefined && { generation: count + 1 }),
      deletionTimestamp: timestamp(this.#clock.now()),
      deletionGracePeriodSeconds: 0,
      ...(kind.kind !== 'Namespace' && { finalizers: holds }),
    };
    if (kind.kind !== 'Namespace') return canonical({ ...current, metadata });
    return canonical({
      ...current,
      metadata: { ...metadata, deletionGracePeriodSeconds: undefined },
      status: { ...current.status, phase: 'Terminating' },
    });
  }

  #born(place: Place, input: Draft): Thing {
    const { kind, namespace } = place;
    const metadata: Metadata = {
      ...without({ ...input.metadata }, ...SERVER_SET),
      name: input.metadata.name ?? '',
      ...(namespace !== undefined && { namespace }),
      uid: randomUUID(),
      resourceVersion: '',
      ...(kind.generation !== 'none' && { generation: 1 }),
      creationTimestamp: timestamp(this.#clock.now()),
    };
    const status = kind.hasStatus ? undefined : input.status;
    return canonical({ ...input, metadata, status });
  }

  #merged({ kind, subresource }: Place, current: Thing, wanted: Draft): Thing {
    if (subresource === 'status')
      return { ...current, ...(wanted.status && { status: wanted.status }) };
    const { uid, resourceVersion, creationTimestamp, name } = current.metadata;
    const frozen = { uid, resourceVersion, creationTimestamp, name, ...generationOf(current) };
    const lifetime = {
      namespace: current.metadata.namespace,
      deletionTimestamp: current.metadata.deletionTimestamp,
      deletionGracePeriodSeconds: current.metadata.deletionGracePeriodSeconds,
    };
    const metadata = { ...wanted.metadata, ...frozen, ...lifetime };
    const status = kind.hasStatus ? { status: current.status } : {};
    return canonical({
      ...wanted,
      ...status,
      apiVersion: current.apiVersion,
      kind: current.kind,
      metadata,
    });
  }

  /** Defaulted, pruned and found valid, or refused with 422. */
  #judged(place: Place, draft: Thing, previous: Thing | undefined, verb: Verb): Thing {
    const { kind, version } = place;
    const reading = kind.custom?.reading(version);
    const prepared = kind.rules?.prepare?.(draft, previous, this.#clock) ?? draft;
    const thing = canonical(reading?.shape(prepared) ?? prepared);
    const causes: Cause[] = [
      ...checkMetadata(thing, previous),
      ...(reading?.check(thing, previous) ?? []),
      ...(kind.rules?.check?.(thing, previous) ?? []),
    ];
    if (causes.length > 0)
      throw invalid(kind.group, kind.kind, thing.metadata.name, causes.map(told));
    this.#admission.judge({ verb, kind, object: thing });
    return thing;
  }
}

const SERVER_SET = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
];

function told({ reason, message, field }: Cause): Cause {
  return { reason, message, ...(field !== undefined && { field }) };
}

/** As JSON carries it: without undefined fields, without empty maps and lists in metadata. */
export function canonical(thing: object): Thing {
  const copy: Thing = JSON.parse(JSON.stringify(thing));
  const metadata: [string, unknown][] = Object.entries(copy.metadata).filter(
    ([, value]) => typeof value !== 'object' || (value !== null && Object.keys(value).length > 0),
  );
  Object.assign(copy, { metadata: Object.fromEntries(metadata) });
  return copy;
}

function withName(input: Draft): Draft {
  const { name = '', generateName = '' } = input.metadata;
  if (name !== '' || generateName === '') return input;
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const ending = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return { ...input, metadata: { ...input.metadata, name: `${generateName}${ending}` } };
}

function assertPlace(place: Place, input: Draft): void {
  const { namespace } = input.metadata;
  if (namespace === undefined || namespace === '' || namespace === place.namespace) return;
  throw badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  );
}

function assertCurrent({ kind }: Place, current: Thing, wanted: Draft): void {
  const { name, uid } = current.metadata;
  const { resourceVersion = '' } = wanted.metadata;
  if ((wanted.metadata.name ?? name) !== name)
    throw badRequest(
      `the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`,
    );
  if ((wanted.metadata.uid ?? uid) !== uid)
    throw conflict(kind, name, uidMismatch(wanted.metadata.uid ?? '', uid));
  if (resourceVersion !== '' && resourceVersion !== current.metadata.resourceVersion)
    throw conflict(kind, name, MODIFIED);
  if (resourceVersion === '' && !kind.unconditionalUpdate)
    throw invalid(kind.group, kind.kind, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
}

function assertPreconditions(kind: Kind, current: Thing, only: Preconditions): void {
  const { name, uid, resourceVersion } = current.metadata;
  if (only.uid !== undefined && only.uid !== uid)
    throw conflict(kind, name, uidMismatch(only.uid, uid));
  if (only.resourceVersion !== undefined && only.resourceVersion !== resourceVersion)
    throw conflict(
      kind,
      name,
      `Precondition failed: ResourceVersion in precondition: ${only.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`,
    );
}

function uidMismatch(asked: string, found: string): string {
  return `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${found}`;
}

/** What keeps an object from vanishing when it is deleted. */
function held(kind: Kind, thing: Thing): readonly string[] {
  if (kind.kind === 'Namespace') return ['kubernetes'];
  const finalizers = thing.metadata.finalizers ?? [];
  const cleanup = 'customresourcecleanup.apiextensions.k8s.io';
  if (kind.kind !== 'CustomResourceDefinition' || finalizers.includes(cleanup)) return finalizers;
  return [...finalizers, cleanup];
}

function isFinished(thing: Thing): boolean {
  return (
    thing.metadata.deletionTimestamp !== undefined &&
    (thing.metadata.finalizers ?? []).length === 0 &&
    thing.kind !== 'Namespace'
  );
}

function generationOf(thing: Thing): { generation?: number } {
  const { generation: count } = thing.metadata;
  return count === undefined ? {} : { generation: count };
}

function generation(kind: Kind, current: Thing, next: Thing): { generation?: number } {
  const count = current.metadata.generation;
  return count === undefined ? {} : { generation: wants(kind, current, next) ? count + 1 : count };
}

/** Whether the change is one of what the object asks for. */
function wants(kind: Kind, current: Thing, next: Thing): boolean {
  if (kind.generation === 'custom') return !same(wish(kind, current), wish(kind, next));
  const annotated =
    kind.generation === 'specOrAnnotations' &&
    !same(at(current, 'metadata', 'annotations'), at(next, 'metadata', 'annotations'));
  return annotated || !same(current.spec, next.spec);
}

function wish(kind: Kind, thing: Thing): unknown {
  return without({ ...thing }, 'metadata', ...(kind.hasStatus ? ['status'] : []));
}

/** The object in the form in which it is stored. */
export function stored(kind: Kind, draft: Draft): Draft {
  return kind.group === 'events.k8s.io' ? toCore(draft) : draft;
}
