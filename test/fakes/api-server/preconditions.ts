/** What a write may assume about the object it meets: place, name, uid and version, refused in the server's words. */
import type { Kind } from './kinds.ts';
import type { Draft, Thing } from './objects.ts';
import { badRequest, conflict, invalid, MODIFIED } from './status.ts';

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** A whole object (PUT) carries its uid as a precondition; a patch does not. */
export type Manner = 'replace' | 'patch';

export function assertNamespace(namespace: string | undefined, input: Draft): void {
  const given = input.metadata.namespace ?? '';
  if (given === '' || given === namespace) return;
  throw badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  );
}

export function assertCurrent(kind: Kind, current: Thing, wanted: Draft, manner: Manner): void {
  const { name } = current.metadata;
  const given = wanted.metadata.name ?? name;
  if (given !== name)
    throw badRequest(
      `the name of the object (${given}) does not match the name on the URL (${name})`,
    );
  if (manner === 'replace') assertUid(kind, current, wanted);
  assertVersion(kind, current, wanted.metadata.resourceVersion ?? '');
}

function assertUid(kind: Kind, current: Thing, wanted: Draft): void {
  const { uid, name } = current.metadata;
  const given = wanted.metadata.uid ?? '';
  if (given === '' || given === uid) return;
  const mismatch = `Precondition failed: UID in precondition: ${given}, UID in object meta: ${uid}`;
  const storage = `StorageError: invalid object, Code: 4, Key: ${storageKey(kind, current)}, ResourceVersion: 0`;
  throw conflict(kind, name, `${storage}, AdditionalErrorMsg: ${mismatch}`);
}

function storageKey(kind: Kind, { metadata }: Thing): string {
  const group = kind.custom ? `${kind.group}/` : '';
  const namespace = metadata.namespace === undefined ? '' : `${metadata.namespace}/`;
  return `/registry/${group}${kind.resource}/${namespace}${metadata.name}`;
}

function assertVersion(kind: Kind, { metadata }: Thing, given: string): void {
  if (given !== '' && given !== metadata.resourceVersion)
    throw conflict(kind, metadata.name, MODIFIED);
  if (given !== '' || kind.unconditionalUpdate) return;
  const message = 'Invalid value: 0: must be specified for an update';
  const field = 'metadata.resourceVersion';
  throw invalid(kind.group, kind.resource, metadata.name, [
    { reason: 'FieldValueInvalid', message, field },
  ]);
}

/** Of a delete; told by the object's kind, not its resource. */
export function assertPreconditions(kind: Kind, current: Thing, only: Preconditions): void {
  const { name, uid, resourceVersion } = current.metadata;
  const told = { group: kind.group, resource: kind.kind };
  if (only.uid !== undefined && only.uid !== uid)
    throw conflict(
      told,
      name,
      `the UID in the precondition (${only.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  if (only.resourceVersion !== undefined && only.resourceVersion !== resourceVersion)
    throw conflict(
      told,
      name,
      `the ResourceVersion in the precondition (${only.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
}
