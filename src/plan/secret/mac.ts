/**
 * Message authentication codes over Secret data. The HMAC key Secret is VSO's, so `status.secretMAC` stays valid when
 * we take over; every other purpose has a key of its own, derived from it, so that no code we publish is an oracle
 * for another. Keys travel sealed.
 */
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Sealed } from '../../runtime/sealed.ts';
import { goJson } from './go-json.ts';
import type { SecretData } from './secret.ts';

/** The field `key` of the HMAC key Secret, or a key derived from it. */
export type MacKey = Sealed<Uint8Array>;

/** What a derived key is for. Two purposes never share a key. */
type KeyPurpose = 'content-revision' | 'lease-mark' | 'credential-mark';

/** VSO's MAC, as in `status.secretMAC`: HMAC-SHA256 over Go's JSON of map[string][]byte, in standard base64. */
export function secretMac(key: MacKey, data: SecretData): string {
  return sign(key, goJson(data)).toString('base64');
}

/** HKDF-SHA256 without salt (the key is uniformly random), 32 bytes. */
export function deriveKey(key: MacKey, purpose: KeyPurpose): MacKey {
  return key.map(
    (bytes) => new Uint8Array(hkdfSync('sha256', bytes, '', `vault-lease-operator/${purpose}`, 32)),
  );
}

/** A short word that changes with the data: 16 hex digits, for restart annotations. Derive the key, as everybody may read it. */
export function contentRevision(key: MacKey, data: SecretData): string {
  return sign(deriveKey(key, 'content-revision'), goJson(data)).toString('hex').slice(0, 16);
}

/** HMAC-SHA256 of a text under the key derived for a purpose, in standard base64. */
export function purposeMac(key: MacKey, purpose: KeyPurpose, text: string): string {
  return sign(deriveKey(key, purpose), text).toString('base64');
}

/** Compares two codes in constant time. */
export function sameMac(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function sign(key: MacKey, text: string): Buffer {
  // Node looks at bytes far longer than at a key of its own.
  return createHmac('sha256', createSecretKey(key.open())).update(text).digest();
}
