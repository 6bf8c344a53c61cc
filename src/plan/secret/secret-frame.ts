/**
 * The metadata and type that a destination Secret shall have. Labels and annotations that others put on a Secret of
 * ours stay; those that `spec.destination` once set and no longer wants go, told apart by an annotation that lists
 * what was set. Knows nothing of data, nor of whether the Secret may be written.
 */
import type { OwnerReference } from '../../api/object.ts';
import type { Destination } from '../../api/shared.ts';
import { ANNOTATION_PREFIX, ownerLabels, ownerReference } from './ownership.ts';
import type { Owner, SecretDigest, SecretFrame } from './secret.ts';

type Strings = Readonly<Record<string, string>>;

export interface FrameWorld {
  readonly owner: Owner;
  readonly destination: Destination;
  /** From the watch or a live read. */
  readonly existing: SecretDigest | undefined;
  /** Our own annotations, such as the lease mark. */
  readonly marks: Strings;
}

/** JSON {labels, annotations}: the keys that `spec.destination` set. */
export const APPLIED_ANNOTATION = `${ANNOTATION_PREFIX}applied`;

/** Of a Secret that we create or adopt. */
export function ownedFrame({ owner, destination, existing, marks }: FrameWorld): SecretFrame {
  const before = appliedKeys(existing);
  const ours = ownerLabels(owner.uid);
  const { labels = {}, annotations = {} } = destination;
  return {
    namespace: owner.namespace,
    name: destination.name,
    type: destination.type || 'Opaque',
    // An owner label wins over the same key in the specification, as with VSO.
    labels: { ...without(existing?.labels ?? {}, before.labels), ...labels, ...ours },
    annotations: {
      ...without(foreignAnnotations(existing), before.annotations),
      ...annotations,
      ...marks,
      ...appliedAnnotation(labels, annotations, ours),
    },
    ownerReferences: [ownerReference(owner)],
  };
}

/** Of a Secret that is lent to us: as it is, plus our marks. */
export function lentFrame(existing: SecretDigest, marks: Strings): SecretFrame {
  const { namespace, name, type, labels, annotations, ownerReferences } = existing;
  return {
    namespace,
    name,
    type,
    labels,
    annotations: { ...annotations, ...marks },
    ownerReferences,
  };
}

export function sameFrame(a: SecretFrame, b: SecretFrame): boolean {
  return (
    a.type === b.type &&
    sameStrings(a.labels, b.labels) &&
    sameStrings(a.annotations, b.annotations) &&
    a.ownerReferences.length === b.ownerReferences.length &&
    a.ownerReferences.every((reference, i) => sameReference(reference, b.ownerReferences[i]))
  );
}

interface AppliedKeys {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

/** What an earlier write set; nothing when the list is missing or someone broke it. */
function appliedKeys(existing: SecretDigest | undefined): AppliedKeys {
  const read = parsed(existing?.annotations[APPLIED_ANNOTATION]);
  return { labels: strings(read['labels']), annotations: strings(read['annotations']) };
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Nothing to list, no annotation: most Secrets that VSO made need no write when they change hands. */
function appliedAnnotation(labels: Strings, annotations: Strings, ours: Strings): Strings {
  const applied: AppliedKeys = {
    labels: Object.keys(labels)
      .filter((key) => !Object.hasOwn(ours, key))
      .sort(),
    annotations: Object.keys(annotations).sort(),
  };
  if (applied.labels.length + applied.annotations.length === 0) return {};
  return { [APPLIED_ANNOTATION]: JSON.stringify(applied) };
}

function foreignAnnotations(existing: SecretDigest | undefined): Strings {
  const entries = Object.entries(existing?.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => !key.startsWith(ANNOTATION_PREFIX)));
}

function without(map: Strings, keys: readonly string[]): Strings {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

function sameStrings(a: Strings, b: Strings): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

function sameReference(a: OwnerReference, b: OwnerReference | undefined): boolean {
  return (
    a.uid === b?.uid && a.kind === b.kind && a.name === b.name && a.apiVersion === b.apiVersion
  );
}
