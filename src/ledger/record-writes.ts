/**
 * The way of a record to its store. Every write carries a resourceVersion, so a former leader's late one fails. A token
 * is encrypted once, when its record is opened: changes of state keep it in the form that it has.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Reason } from '../api/reasons.ts';
import type { TransitItem } from '../api/vault-exchange.ts';
import { FaultError, faultOf } from '../runtime/fault.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import type { RecordStore, StoredRecord, TokenCipher } from './ports.ts';
import {
  bondOf,
  decodeRecord,
  type LedgerRecord,
  type OpenRecord,
  type StoredToken,
} from './record.ts';
import { secretOf } from './record-secret.ts';
import type { Entry } from './shelf.ts';

export interface WriteOptions {
  readonly store: RecordStore;
  readonly cipher: TokenCipher;
  /** How tokens are to lie in the store. */
  readonly form: StoredToken['form'];
}

/** Somebody else's write, or deletion, came first. */
const MOVED: ReadonlySet<string> = new Set<Reason>(['KubernetesConflict', 'KubernetesNotFound']);

/** Belongs to no record. */
const TRIAL = { bond: 'vault-lease-operator/trial', text: seal('trial') };

export class RecordWrites {
  readonly #options: WriteOptions;
  #hasEncrypted = false;

  constructor(options: WriteOptions) {
    this.#options = options;
  }

  /** In the form that is wanted. */
  async tokenOf(record: LedgerRecord, signal: AbortSignal): Promise<StoredToken> {
    const { form } = this.#options;
    const { secretToken: text } = record;
    if (form === 'plain') return { form, token: text };
    return { form, ciphertext: await this.#encrypt({ bond: bondOf(record), text }, signal) };
  }

  /** Encrypts for nothing where tokens are to be encrypted and none was yet: true when it did. */
  async tryCipher(signal: AbortSignal): Promise<boolean> {
    if (this.#options.form === 'plain' || this.#hasEncrypted) return false;
    await this.#encrypt(TRIAL, signal);
    return true;
  }

  create(record: LedgerRecord, token: StoredToken, signal: AbortSignal): Promise<StoredRecord> {
    return this.#options.store.create(secretOf(record, token), signal);
  }

  /** The entry is what was written afterwards. 'gone': it never reached its store. */
  async write(
    entry: Entry,
    record: LedgerRecord,
    signal: AbortSignal,
  ): Promise<'written' | 'gone'> {
    if (entry.stored && (await this.#replaced(entry, entry.stored, record, signal)))
      return 'written';
    return this.#reread(entry, record, signal);
  }

  /** Into the form that is wanted. A change of state that comes in between wins; the next round converts. */
  async convert(entry: Entry, over: StoredRecord, signal: AbortSignal): Promise<void> {
    const { record } = entry;
    const token = await this.tokenOf(record, signal);
    try {
      const stored = await this.#options.store.replace(over, secretOf(record, token), signal);
      if (entry.stored !== over) return;
      entry.stored = stored;
      entry.token = token;
    } catch (thrown) {
      if (!MOVED.has(faultOf(thrown).reason)) throw thrown;
      await this.#adopt(entry, over.name, signal);
    }
  }

  isInForm({ token }: Entry): boolean {
    return token.form === this.#options.form;
  }

  async #encrypt(token: TransitItem<Sealed<string>>, signal: AbortSignal): Promise<string> {
    const ciphertext = await this.#options.cipher.encrypt(token, signal);
    this.#hasEncrypted = true;
    return ciphertext;
  }

  /** False when somebody wrote it since, perhaps we. */
  async #replaced(
    entry: Entry,
    over: StoredRecord,
    record: LedgerRecord,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      const secret = secretOf(record, entry.token);
      entry.stored = await this.#options.store.replace(over, secret, signal);
      entry.record = record;
      return true;
    } catch (thrown) {
      if (!MOVED.has(faultOf(thrown).reason)) throw thrown;
      return false;
    }
  }

  /**
   * A conflict is our own write whose answer was lost, or the last one of a former leader: we lead, so our word counts.
   * A record that somebody deleted is written anew: what it tells of may live.
   */
  async #reread(
    entry: Entry,
    wanted: LedgerRecord,
    signal: AbortSignal,
  ): Promise<'written' | 'gone'> {
    const { store } = this.#options;
    const { name } = secretOf(wanted, entry.token);
    const stored = await store.read(name, signal);
    const found = stored && decodeRecord(stored.data);
    if (!stored && !entry.stored) return 'gone';
    entry.token = found?.stored ?? entry.token;
    const secret = secretOf(wanted, entry.token);
    if (!stored) entry.stored = await store.create(secret, signal);
    else if (!found) throw illegible(name);
    else if (isSame(found.record, wanted)) entry.stored = stored;
    else entry.stored = await store.replace(stored, secret, signal);
    entry.record = wanted;
    return 'written';
  }

  /** Our own conversion whose answer was lost, or a write that did not change the state. */
  async #adopt(entry: Entry, name: string, signal: AbortSignal): Promise<void> {
    const stored = await this.#options.store.read(name, signal);
    const found = stored && decodeRecord(stored.data);
    if (!found || found.record.state !== entry.record.state) return;
    entry.stored = stored;
    entry.token = found.stored;
  }
}

/** In what a change of state changes; an earlier retirement of the same is as good. */
function isSame(found: OpenRecord, wanted: LedgerRecord): boolean {
  return found.state === wanted.state && isDeepStrictEqual(found.certificate, wanted.certificate);
}

function illegible(name: string): FaultError {
  const message = `the ledger record ${name} cannot be read any more; delete it when nobody needs it`;
  return new FaultError({ kind: 'transient', reason: 'KubernetesConflict', message });
}
