/**
 * The key of all MACs, in VSO's own Secret, so that what it wrote into statuses stays valid. Made once per cluster:
 * whoever loses the race to create it uses the winner's.
 */
import { FaultError, waiting } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import { hasStatus, isObjectMissing } from './faults.ts';
import { SECRETS } from './routes.ts';
import type { Transport } from './transport.ts';
import { isRecord } from './wire.ts';

export const HMAC_KEY_SECRET = 'vso-cc-storage-hmac-key';
const FIELD = 'key';
/** VSO takes no other length. */
const KEY_BYTES = 16;
const LABELS = {
  'app.kubernetes.io/name': 'vault-secrets-operator',
  'app.kubernetes.io/managed-by': 'hashicorp-vso',
  'app.kubernetes.io/component': 'client-cache-storage-verification',
};

/** `newKey`: 16 random bytes. */
export async function hmacKey(
  transport: Transport,
  namespace: string,
  newKey: () => Uint8Array,
  signal: AbortSignal,
): Promise<Sealed<Uint8Array>> {
  const found = await read(transport, namespace, signal);
  if (found) return found;
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    immutable: true,
    metadata: { name: HMAC_KEY_SECRET, labels: LABELS },
    data: { [FIELD]: Buffer.from(newKey()).toString('base64') },
  };
  try {
    await transport.raw({ verb: 'create', route: SECRETS, namespace, body }, signal);
  } catch (thrown) {
    if (!hasStatus(thrown, 409)) throw thrown;
  }
  return (await read(transport, namespace, signal)) ?? missing();
}

async function read(
  transport: Transport,
  namespace: string,
  signal: AbortSignal,
): Promise<Sealed<Uint8Array> | undefined> {
  const call = { verb: 'get', route: SECRETS, namespace, name: HMAC_KEY_SECRET } as const;
  try {
    return keyIn((await transport.raw(call, signal)).json);
  } catch (thrown) {
    if (isObjectMissing(thrown, HMAC_KEY_SECRET)) return undefined;
    throw thrown;
  }
}

function keyIn(json: unknown): Sealed<Uint8Array> {
  const data = isRecord(json) ? json['data'] : undefined;
  const text = isRecord(data) ? data[FIELD] : undefined;
  const key = new Uint8Array(Buffer.from(typeof text === 'string' ? text : '', 'base64'));
  if (key.length === KEY_BYTES) return seal(key);
  throw waiting(
    'InvalidConfiguration',
    `Secret ${HMAC_KEY_SECRET} in the namespace of the operator must hold ${KEY_BYTES} bytes under "${FIELD}"; restore it, or delete it to have it made anew`,
  );
}

function missing(): never {
  throw new FaultError({
    kind: 'transient',
    reason: 'KubernetesConflict',
    message: `Secret ${HMAC_KEY_SECRET} was created and removed meanwhile`,
  });
}
