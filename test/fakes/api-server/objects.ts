/**
 * What the fake API server keeps: plain JSON in the frame of a Kubernetes object. Promises readers of unchecked
 * JSON that never throw. Objects are never changed in place: writers build new ones.
 */
import { isDeepStrictEqual } from 'node:util';
import { DateTime } from 'luxon';

export type Fields = Record<string, unknown>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface Metadata {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface Thing {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: Fields;
  readonly status?: Fields;
  readonly [field: string]: unknown;
}

/** What a client sends: metadata may lack all that the server fills in. */
export interface Draft {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<Metadata>;
  readonly spec?: Fields;
  readonly status?: Fields;
  readonly [field: string]: unknown;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

/** The value below these names, undefined where the way ends. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((here, name) => (isFields(here) ? here[name] : undefined), value);
}

/** A copy with the value set below these names; what is not an object on the way becomes one. */
export function withAt(value: Fields, names: readonly string[], leaf: unknown): Fields {
  const [name, ...rest] = names;
  if (name === undefined) return value;
  return { ...value, [name]: rest.length === 0 ? leaf : withAt(fieldsOf(value[name]), rest, leaf) };
}

export function without(value: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

export const same = isDeepStrictEqual;

/** metav1.Time: RFC 3339 in whole seconds. */
export function timestamp(atMs: number): string {
  return DateTime.fromMillis(atMs, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
}

export function millis(time: unknown): number {
  return DateTime.fromISO(textOf(time), { zone: 'utc' }).toMillis();
}

/** As JSON carries it: without undefined fields, without empty maps and lists in metadata. */
export function canonical(thing: object): Thing {
  const copy: Thing = JSON.parse(JSON.stringify(thing));
  const metadata = Object.entries(copy.metadata).filter(
    ([, value]) => value !== null && (typeof value !== 'object' || Object.keys(value).length > 0),
  );
  return Object.assign(copy, { metadata: Object.fromEntries(metadata) });
}
