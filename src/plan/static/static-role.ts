/**
 * Static roles: Vault rotates the password of a lasting user, and each read answers the present one, without a lease,
 * beside what it knows of the rotation. Says whether an answer is such a one and what of it is the credential. When to
 * ask again is judged in rotation-watch.ts.
 */
import type { Json, JsonObject } from '../../api/json.ts';
import { readInstant } from '../../runtime/instant.ts';
import { isNumber } from '../secret/go-json.ts';
import { type MacKey, purposeMac, secretMac } from '../secret/mac.ts';
import { ANNOTATION_PREFIX } from '../secret/ownership.ts';
import type { SecretData } from '../secret/secret.ts';

export interface Rotation {
  /** Epoch seconds; 0 while Vault has not rotated the password it was given. */
  readonly last: number;
  /** Seconds; 0 where a schedule says when. */
  readonly period: number;
  /** In cron syntax; "" where there is a period. */
  readonly schedule: string;
  /** Seconds to the next rotation, when asked. 0: it is due, and under way or held up. */
  readonly ttl: number;
}

/** By what Vault answers, not by what the specification claims. Undefined: no static role. */
export function rotationOf(data: JsonObject): Rotation | undefined {
  const [ttl, period] = [numberIn(data, 'ttl'), numberIn(data, 'rotation_period') ?? 0];
  const schedule = textIn(data, 'rotation_schedule');
  if (ttl === undefined || (period <= 0 && schedule === '')) return undefined;
  const last = readInstant(textIn(data, 'last_vault_rotation')) ?? 0;
  return { last: Math.max(0, Math.floor(last / 1000)), period, schedule, ttl };
}

/** What moves by itself between rotations, and what repeats it. */
const METADATA: ReadonlySet<string> = new Set([
  'ttl',
  'last_vault_rotation',
  'next_vault_rotation',
  'rotation_period',
  'rotation_schedule',
  'rotation_window',
  'rotation_policy',
  '_raw',
]);

/** The keys that restart workloads when their values change. */
export function credentialIn(data: SecretData): SecretData {
  return pick(data, (key) => !METADATA.has(key));
}

/** VSO 1.4 leaves out whatever this fits: more than it means to, and not `rotation_window`. */
const LEFT_OUT_BY_VSO = /^ttl|rotation_schedule|rotation_period|last_vault_rotation|_raw$/;

/** Whether `status.secretMAC` is of this very credential, also as VSO reckons it. */
export function isDone(key: MacKey, doneMac: string | undefined, data: SecretData): boolean {
  if (doneMac === secretMac(key, credentialIn(data))) return true;
  return (
    doneMac ===
    secretMac(
      key,
      pick(data, (name) => !LEFT_OUT_BY_VSO.test(name)),
    )
  );
}

const CREDENTIAL_ANNOTATION = `${ANNOTATION_PREFIX}credential`;

/**
 * Proof that a Secret is as it was written for a credential: a code over the MAC of everything in the Secret, metadata
 * as they were then, and over what makes up the credential. `mac`: of what is in the Secret.
 */
export function credentialMark(
  key: MacKey,
  { uid, mac, data }: { readonly uid: string; readonly mac: string; readonly data: SecretData },
): Readonly<Record<string, string>> {
  const fields = [uid, mac, secretMac(key, credentialIn(data)), Object.keys(data).sort()];
  const code = purposeMac(key, 'credential-mark', JSON.stringify(fields));
  return { [CREDENTIAL_ANNOTATION]: code };
}

function pick(data: SecretData, isWanted: (key: string) => boolean): SecretData {
  const entries = Object.entries(data).filter(([key]) => isWanted(key));
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function numberIn(data: JsonObject, key: string): number | undefined {
  const value: Json | undefined = data[key];
  if (typeof value !== 'object' || value === null || !isNumber(value)) return undefined;
  const number = Number(value.rawJSON);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

function textIn(data: JsonObject, key: string): string {
  const value: Json | undefined = data[key];
  return typeof value === 'string' ? value : '';
}
