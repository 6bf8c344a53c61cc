/**
 * Kubernetes objects as they come over the wire: JSON of which only the frame is looked at. Promises that what
 * passes has a name, a uid and a version; everything below `metadata` is the reader's business.
 */
import type { ObjectMeta, OwnerReference } from '../api/object.ts';

export interface WireMeta {
  readonly name: string;
  /** Absent for objects without a namespace. */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface WireObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: WireMeta;
  readonly [field: string]: unknown;
}

/** What tells one state of one object from any other. */
export interface Identity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Throws when the value is not the frame of an object. */
export function wireObject(value: unknown): WireObject {
  if (isWireObject(value)) return value;
  throw new TypeError('not a Kubernetes object');
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The named parts only: managedFields are half of a small object. */
export function metaOf(meta: WireMeta): ObjectMeta {
  return {
    name: meta.name,
    namespace: meta.namespace ?? '',
    uid: meta.uid,
    resourceVersion: meta.resourceVersion,
    generation: meta.generation ?? 0,
    creationTimestamp: meta.creationTimestamp ?? '',
    ...pick(meta, 'deletionTimestamp'),
    ...pick(meta, 'labels'),
    ...pick(meta, 'annotations'),
    ...pick(meta, 'finalizers'),
    ...pick(meta, 'ownerReferences'),
  };
}

/** True when `version` is the older of two versions of one cluster; false when that cannot be said. */
export function isOlder(version: string, than: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

/** Far more writes than a cluster commits while a watch is interrupted; far fewer than a restore skips. */
const LEAP = 100_000_000n;

/**
 * True when `version` is so far ahead that the cluster was restored: etcd's manual tells to skip a thousand million
 * versions then, so that nobody takes a restored object for a known one.
 */
export function isLeap(version: string, from: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(from)) return false;
  return BigInt(version) - BigInt(from) > LEAP;
}

function pick<Key extends keyof WireMeta>(meta: WireMeta, key: Key): Pick<WireMeta, Key> | object {
  return meta[key] === undefined ? {} : { [key]: meta[key] };
}

function isWireObject(value: unknown): value is WireObject {
  if (!isRecord(value) || !isRecord(value['metadata'])) return false;
  const { name, uid, resourceVersion } = value['metadata'];
  return [name, uid, resourceVersion].every((text) => typeof text === 'string' && text !== '');
}
