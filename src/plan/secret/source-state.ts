/**
 * What Vault holds at a path: something to render, or why there is nothing. A version that is deleted, destroyed or
 * empty is no data, whatever else the answer carries, so it never shrinks a Secret that is good.
 */
import type { Json, JsonObject } from '../../api/json.ts';
import type { Reason } from '../../api/reasons.ts';
import type { SecretAnswer } from '../../api/vault-exchange.ts';
import { type Fault, waiting } from '../../runtime/fault.ts';
import { type Sealed, seal } from '../../runtime/sealed.ts';
import { isNumber } from './go-json.ts';

export interface Source {
  /** Its members become the keys of the Secret. */
  readonly data: Sealed<JsonObject>;
  /** Vault's whole `data`, which becomes `_raw`: for kv-v2 it also holds the metadata. */
  readonly whole: Sealed<JsonObject>;
}

/**
 * missing   - there is nothing at the path
 * deleted   - kv-v2: the version is deleted and can be restored
 * destroyed - kv-v2: the version is gone for good
 * empty     - there is a version, but it holds no keys
 */
export type Absence = 'missing' | 'deleted' | 'destroyed' | 'empty';
export type SourceState =
  | { readonly kind: 'present'; readonly source: Source }
  | { readonly kind: Absence };

/** GET mount/data/path. Throws VaultAnswerInvalid when the answer is not that of a kv-v2 mount. */
export function judgeKv2(answer: SecretAnswer): SourceState {
  if (!answer.data) return { kind: answer.status === 404 ? 'missing' : 'empty' };
  const whole = answer.data.open();
  const data = whole['data'];
  if (data === null) return { kind: lossOf(whole['metadata'] ?? null) };
  if (data === undefined || !isObject(data)) throw notKv2();
  return stateOf(data, answer.data);
}

/** kv-v1 and every other engine: the members of `data` are the keys. */
export function judgePlain(answer: SecretAnswer): SourceState {
  if (!answer.data) return { kind: answer.status === 404 ? 'missing' : 'empty' };
  return stateOf(answer.data.open(), answer.data);
}

const ABSENCES: Readonly<Record<Absence, { readonly reason: Reason; readonly text: string }>> = {
  missing: {
    reason: 'SourceMissing',
    text: 'has nothing; write the secret or correct spec.mount and spec.path',
  },
  deleted: {
    reason: 'SourceDeleted',
    text: 'holds a deleted version; undelete it, write a new one or correct spec.version',
  },
  destroyed: {
    reason: 'SourceDestroyed',
    text: 'holds a destroyed version; write a new one or correct spec.version',
  },
  empty: { reason: 'SourceEmpty', text: 'holds no keys; write data to it' },
};

/** Waiting: it ends when someone writes to Vault. `path` is mount and path as the object names them. */
export function absenceFault(absence: Absence, path: string): Fault {
  const { reason, text } = ABSENCES[absence];
  return waiting(reason, `the Vault path ${path} ${text}`).fault;
}

function stateOf(data: JsonObject, whole: Sealed<JsonObject>): SourceState {
  if (Object.keys(data).length === 0) return { kind: 'empty' };
  return { kind: 'present', source: { data: seal(data), whole } };
}

/** Only for versions without data: delete_version_after sets the deletion time while the data is still there. */
function lossOf(metadata: Json): Absence {
  if (!isObject(metadata)) return 'empty';
  if (metadata['destroyed'] === true) return 'destroyed';
  return (metadata['deletion_time'] ?? '') === '' ? 'empty' : 'deleted';
}

function isObject(value: Json): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) && !isNumber(value);
}

function notKv2(): Error {
  return waiting(
    'VaultAnswerInvalid',
    'the answer is not that of a kv-v2 mount; correct spec.type or spec.mount',
  );
}
