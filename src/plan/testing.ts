/** What the tests of this room share: JSON read as Vault's answers are, and objects that show only what a test is about. */
import type { JsonObject } from '../api/json.ts';
import type { SecretAnswer } from '../api/vault-exchange.ts';
import { type Fault, FaultError } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import type { Owner, SecretDigest } from './secret/secret.ts';

export const KEY: Sealed<Uint8Array> = seal(new TextEncoder().encode('0123456789abcdef'));

export const OWNER: Owner = {
  apiVersion: 'secrets.hashicorp.com/v1beta1',
  kind: 'VaultStaticSecret',
  namespace: 'apps',
  name: 'web',
  uid: 'uid-web',
};

/** Numbers keep their text, objects have no prototype. */
export function json(text: string): JsonObject {
  const value = JSON.parse(text, (_, part, context) => {
    if (typeof part === 'number') return JSON.rawJSON(context.source ?? '');
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.create(null, Object.getOwnPropertyDescriptors(part));
  });
  return Object(value);
}

/** Vault's answer with this `data`. */
export function answerOf(data: string | undefined, status = 200): SecretAnswer {
  return {
    askedAt: 0,
    requestId: 'r',
    leaseId: '',
    leaseMs: 0,
    renewable: false,
    data: data === undefined ? undefined : seal(json(data)),
    warnings: [],
    status,
  };
}

/** A Secret in the owner's namespace that nobody owns. */
export function digestOf(over: Partial<SecretDigest> = {}): SecretDigest {
  return {
    namespace: OWNER.namespace,
    name: 'db',
    uid: 'uid-secret',
    resourceVersion: '7',
    type: 'Opaque',
    labels: {},
    annotations: {},
    ownerReferences: [],
    mac: 'mac-1',
    immutable: false,
    ...over,
  };
}

/** The fault that `act` throws; fails when it throws something else, or nothing. */
export function faultBy(act: () => unknown): Fault {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof FaultError) return thrown.fault;
    throw thrown;
  }
  throw new Error('no fault was thrown');
}
