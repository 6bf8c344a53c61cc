/**
 * Records whose token is encrypted and was not decrypted yet: known and counted, never touched, and opened as soon as
 * Vault's Transit does it.
 */
import type { Fault } from '../runtime/fault.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import type { StoredRecord, TokenCipher } from './ports.ts';
import { bondOf, type LedgerRecord, type OpenRecord } from './record.ts';

export interface LockedRecord {
  readonly record: OpenRecord;
  readonly ciphertext: string;
  readonly stored: StoredRecord;
}

export interface OpenedRecord extends LockedRecord {
  readonly record: LedgerRecord;
}

/** Tokens in one request to Transit. */
const BATCH = 100;

export class LockedRecords {
  readonly #records = new Map<string, LockedRecord>();
  /** Why they are still locked; undefined before the first try. */
  because: Fault | undefined;

  get size(): number {
    return this.#records.size;
  }

  clear(): void {
    this.#records.clear();
    this.because = undefined;
  }

  add(locked: LockedRecord): void {
    this.#records.set(locked.record.revision, locked);
  }

  ofOwner(ref: Ref): readonly OpenRecord[] {
    const key = keyOf(ref);
    return this.all().filter(({ owner }) => keyOf(owner) === key);
  }

  all(): readonly OpenRecord[] {
    return [...this.#records.values()].map(({ record }) => record);
  }

  has(revision: string): boolean {
    return this.#records.has(revision);
  }

  /** Takes out what can be decrypted, one batch after the other. Throws when Transit says nothing. */
  async *open(cipher: TokenCipher, signal: AbortSignal): AsyncGenerator<OpenedRecord> {
    const waiting = [...this.#records.values()];
    for (let at = 0; at < waiting.length; at += BATCH)
      yield* await this.#openBatch(cipher, waiting.slice(at, at + BATCH), signal);
  }

  async #openBatch(
    cipher: TokenCipher,
    batch: readonly LockedRecord[],
    signal: AbortSignal,
  ): Promise<readonly OpenedRecord[]> {
    const texts = batch.map(({ record, ciphertext: text }) => ({ bond: bondOf(record), text }));
    const tokens = await cipher.decrypt(texts, signal);
    return batch.flatMap((locked, index) => {
      const secretToken = tokens[index];
      const { revision } = locked.record;
      // Read anew meanwhile: then it is the new reading's turn.
      if (!secretToken || this.#records.get(revision) !== locked) return [];
      this.#records.delete(revision);
      return [{ ...locked, record: { ...locked.record, secretToken } }];
    });
  }
}
