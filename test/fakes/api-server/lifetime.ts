/**
 * What the server itself sets over an object's life: identity at birth, what a write may not touch, the generation,
 * and what holds an object that is being deleted. Pure.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { Kind } from './kinds.ts';
import { canonical, type Draft, same, type Thing, timestamp, without } from './objects.ts';

const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
const SERVER_SET = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
];

/** A name for what has only the beginning of one. */
export function withName(input: Draft): Draft {
  const { name = '', generateName = '' } = input.metadata;
  if (name !== '' || generateName === '') return input;
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const ending = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return { ...input, metadata: { ...input.metadata, name: `${generateName}${ending}` } };
}

export function born(
  kind: Kind,
  namespace: string | undefined,
  input: Draft,
  nowMs: number,
): Thing {
  const metadata = {
    ...without({ ...input.metadata }, ...SERVER_SET),
    namespace,
    uid: randomUUID(),
    ...(kind.generation !== 'none' && { generation: 1 }),
    creationTimestamp: timestamp(nowMs),
  };
  const status = kind.hasStatus ? undefined : input.status;
  return canonical({ ...input, metadata, status });
}

/** The wanted object with everything from the current one that this write may not touch. */
export function merged(kind: Kind, subresource: string, current: Thing, wanted: Draft): Thing {
  if (subresource === 'status') return canonical({ ...current, status: wanted.status });
  const { name, namespace, resourceVersion, creationTimestamp, generation } = current.metadata;
  const { uid, deletionTimestamp, deletionGracePeriodSeconds } = current.metadata;
  const metadata = {
    ...wanted.metadata,
    name,
    namespace,
    resourceVersion,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    uid: wanted.metadata.uid ?? uid,
    managedFields: undefined,
  };
  const status = kind.hasStatus ? { status: current.status } : {};
  const type = { apiVersion: current.apiVersion, kind: current.kind };
  return canonical({ ...wanted, ...status, ...type, metadata });
}

/** The next object, its generation moved on when the change is one of what the object asks for. */
export function grown(kind: Kind, current: Thing, next: Thing): Thing {
  const { generation } = current.metadata;
  if (generation === undefined || kind.generation === 'none' || !asksOther(kind, current, next))
    return next;
  return { ...next, metadata: { ...next.metadata, generation: generation + 1 } };
}

function asksOther(kind: Kind, current: Thing, next: Thing): boolean {
  if (kind.generation === 'custom') return !same(wish(kind, current), wish(kind, next));
  const annotated =
    kind.generation === 'specOrAnnotations' &&
    !same(current.metadata.annotations, next.metadata.annotations);
  return annotated || !same(current.spec, next.spec);
}

function wish(kind: Kind, thing: Thing): unknown {
  return without({ ...thing }, 'metadata', ...(kind.hasStatus ? ['status'] : []));
}

/** What keeps an object from vanishing when it is deleted. */
export function held(kind: Kind, thing: Thing): readonly string[] {
  if (kind.kind === 'Namespace') return ['kubernetes'];
  const finalizers = thing.metadata.finalizers ?? [];
  const cleans = kind.kind === 'CustomResourceDefinition' && !finalizers.includes(CLEANUP);
  return cleans ? [...finalizers, CLEANUP] : finalizers;
}

/** A namespace keeps its finalizer in spec, where nobody can drop it. */
export function doomed(kind: Kind, current: Thing, nowMs: number): Thing {
  const { generation } = current.metadata;
  const metadata = { ...current.metadata, deletionTimestamp: timestamp(nowMs) };
  if (kind.kind === 'Namespace')
    return canonical({ ...current, metadata, status: { ...current.status, phase: 'Terminating' } });
  const counted = generation === undefined ? {} : { generation: generation + 1 };
  const holds = { finalizers: held(kind, current), deletionGracePeriodSeconds: 0 };
  return canonical({ ...current, metadata: { ...metadata, ...holds, ...counted } });
}

/** Deleted, and no finalizer left. */
export function isFinished({ kind, metadata }: Thing): boolean {
  const { deletionTimestamp, finalizers = [] } = metadata;
  return deletionTimestamp !== undefined && finalizers.length === 0 && kind !== 'Namespace';
}
