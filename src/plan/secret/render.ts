/**
 * Vault's answer as Secret data, as VSO renders it without templates: strings as they are, everything else as JSON,
 * and the whole answer under `_raw`. What Kubernetes would refuse or the bytes would not survive is refused here,
 * naming the key and never the value.
 */
import type { Json } from '../../api/json.ts';
import { refused } from '../../runtime/fault.ts';
import { type Sealed, seal } from '../../runtime/sealed.ts';
import { goJson, isNumber } from './go-json.ts';
import type { SecretData } from './secret.ts';
import type { Source } from './source-state.ts';

export interface RenderOptions {
  /** `spec.destination.transformation.excludeRaw`, or the operator's option for all. */
  readonly excludeRaw: boolean;
}

const RAW = '_raw';
/** Kubernetes counts the bytes of all values. */
const LARGEST = 1024 * 1024;
const LONGEST_KEY = 253;

/** Throws SecretKeyInvalid, SecretTooLarge or VaultAnswerInvalid. */
export function renderSecret(source: Source, options: RenderOptions): Sealed<SecretData> {
  const data: Record<string, string> = Object.create(null);
  let size = 0;
  for (const [key, value] of valuesOf(source, options)) {
    const bytes = bytesOf(key, value);
    size += bytes.length;
    data[key] = bytes.toString('base64');
  }
  if (size > LARGEST) throw tooLarge(options);
  return seal(data);
}

function valuesOf({ data, whole }: Source, { excludeRaw }: RenderOptions): [string, Json][] {
  const values = Object.entries(data.open());
  for (const [key] of values) refuseIllegal(key);
  if (excludeRaw) return values;
  if (Object.hasOwn(data.open(), RAW))
    throw refused(
      'SecretKeyInvalid',
      'the source has a key _raw, which is where the whole answer goes; rename it in Vault or set spec.destination.transformation.excludeRaw',
    );
  return [...values, [RAW, whole.open()]];
}

/** The rules of Kubernetes for keys of Secrets. */
function refuseIllegal(key: string): void {
  const legal = key.length <= LONGEST_KEY && /^[-._a-zA-Z0-9]+$/.test(key);
  if (legal && key !== '.' && !key.startsWith('..')) return;
  throw refused(
    'SecretKeyInvalid',
    `the source has the key ${shown(key)}, which no Secret can hold; use letters, digits, - _ and . (at most ${LONGEST_KEY})`,
  );
}

function bytesOf(key: string, value: Json): Buffer {
  if (!isWellFormed(value))
    throw refused(
      'VaultAnswerInvalid',
      `the source has text under the key ${shown(key)} that is not valid Unicode; encode it, for example as base64`,
    );
  return Buffer.from(typeof value === 'string' ? value : goJson(value));
}

/** A lone surrogate has no bytes in UTF-8; another character would take its place unseen. */
function isWellFormed(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value === 'boolean' || isNumber(value)) return true;
  return Object.entries<Json>(value).every(
    ([key, member]) => key.isWellFormed() && isWellFormed(member),
  );
}

function shown(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}...` : key);
}

function tooLarge({ excludeRaw }: RenderOptions): Error {
  const advice = excludeRaw
    ? 'store less under one path'
    : 'store less under one path, or set spec.destination.transformation.excludeRaw, as _raw repeats everything';
  return refused('SecretTooLarge', `the data exceeds the 1 MiB of a Secret; ${advice}`);
}
