/**
 * Encrypting and decrypting by a key of Vault's Transit engine, under the shared token of an identity. Promises that
 * a text is bound to what it belongs to (associated data), and that one refused text does not take others along.
 */
import type { JsonObject } from '../api/json.ts';
import type { TransitItem, TransitKey, VaultIdentity } from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { FaultError } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import type { VaultCall, VaultReply } from './call.ts';
import { invalidAnswer, statusFault } from './faults.ts';
import type { VaultHttp } from './http.ts';
import { isJsonObject } from './json-text.ts';
import { sourcePath } from './paths.ts';
import { withRepeats } from './repeats.ts';
import type { Sessions } from './sessions.ts';

export interface TransitParts {
  readonly http: VaultHttp;
  readonly clock: Clock;
  readonly sessions: Sessions;
}

export class Transit {
  readonly #parts: TransitParts;

  constructor(parts: TransitParts) {
    this.#parts = parts;
  }

  async encrypt(
    identity: VaultIdentity,
    key: TransitKey,
    item: TransitItem<Sealed<string>>,
    signal: AbortSignal,
  ): Promise<string> {
    const input = item.text.map((text) => [{ plaintext: base64(text), ...bound(item.bond) }]);
    const [result] = await this.#ask('encrypt', identity, key, input, signal);
    const ciphertext = result?.['ciphertext'];
    if (typeof ciphertext === 'string') return ciphertext;
    throw new FaultError({
      kind: 'denied',
      reason: 'StorageEncryptionFailed',
      message: `the key ${key.name} of the Transit mount ${key.mount} does not encrypt; it must be of a type with associated data, such as aes256-gcm96`,
    });
  }

  /** In the same order; undefined for those that the key refuses. */
  async decrypt(
    identity: VaultIdentity,
    key: TransitKey,
    items: readonly TransitItem<string>[],
    signal: AbortSignal,
  ): Promise<readonly (Sealed<string> | undefined)[]> {
    const input = seal(items.map(({ bond, text }) => ({ ciphertext: text, ...bound(bond) })));
    const results = await this.#ask('decrypt', identity, key, input, signal);
    return items.map((_, index) => plaintextIn(results[index]));
  }

  /** Doing it twice does no harm. */
  #ask(
    verb: 'encrypt' | 'decrypt',
    identity: VaultIdentity,
    key: TransitKey,
    input: Sealed<readonly object[]>,
    signal: AbortSignal,
  ): Promise<readonly JsonObject[]> {
    const { sessions, http, clock } = this.#parts;
    const body = input.map((items) => ({
      batch_input: items,
      partial_failure_response_code: 200,
    }));
    return withRepeats(clock, signal, () =>
      sessions.under(identity, signal, async (access) => {
        const mount = key.mount.replace(/^\/+|\/+$/g, '');
        const call: VaultCall = {
          operation: 'write',
          route: `:mount/${verb}/:key`,
          endpoint: access.endpoint,
          namespace: access.namespace,
          token: access.token,
          method: 'PUT',
          path: sourcePath(`${mount}/${verb}/${key.name}`, mount),
          body,
          urgent: true,
        };
        return resultsIn(call, await http.call(call, signal));
      }),
    );
  }
}

function bound(bond: string): { associated_data: string } {
  return { associated_data: base64(bond) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** When all are refused the status is 400, and the results are there all the same. */
function resultsIn(call: VaultCall, reply: VaultReply): readonly JsonObject[] {
  const data = reply.json?.open()['data'];
  const results = isJsonObject(data) ? data['batch_results'] : undefined;
  if (Array.isArray(results) && [200, 400].includes(reply.status))
    return results.map((result) => (isJsonObject(result) ? result : {}));
  if (reply.status !== 200) throw alsoOfKey(statusFault(call, reply));
  throw invalidAnswer(call, 'holds no results');
}

/** Encrypting by a key that is not there would make it, which takes another capability: Vault refuses it as forbidden. */
function alsoOfKey({ fault }: FaultError): FaultError {
  const isForbidden = fault.reason === 'PermissionDenied';
  const message = isForbidden ? `${fault.message} The key must exist, too.` : fault.message;
  return new FaultError({ ...fault, message });
}

function plaintextIn(result: JsonObject | undefined): Sealed<string> | undefined {
  const plaintext = result?.['plaintext'];
  const isRefused = typeof plaintext !== 'string' || plaintext === '' || Boolean(result?.['error']);
  return isRefused ? undefined : seal(Buffer.from(plaintext, 'base64').toString());
}
