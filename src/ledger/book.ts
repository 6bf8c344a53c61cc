/**
 * The ledger as the leader holds it: every record in memory, every change of state written through before it
 * counts. One process writes at a time (the leader), and every write carries a resourceVersion, so a former
 * leader's late write fails. Renewals only move deadlines and stay in memory: see `noteToken` and `noteLease`.
 * A token is encrypted once, when its record is opened: changes of state keep it in the form that it has.
 */
import type { Reason } from '../api/reasons.ts';
import type { TokenGrant } from '../api/vault-exchange.ts';
import { FaultError, faultOf } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import { LockedRecords } from './locked.ts';
import type { RecordStore, StoredRecord, TokenCipher } from './ports.ts';
import {
  bondOf,
  decodeRecord,
  type LedgerRecord,
  type OpenRecord,
  type RecordLease,
  type RecordState,
  type Retirement,
  type StoredToken,
} from './record.ts';
import { secretOf } from './record-secret.ts';
import { type Entry, Shelf } from './shelf.ts';

/** Somebody else's write, or deletion, came first. */
const MOVED: ReadonlySet<string> = new Set<Reason>(['KubernetesConflict', 'KubernetesNotFound']);

export interface BookOptions {
  readonly store: RecordStore;
  readonly cluster: string;
  readonly cipher: TokenCipher;
  /** How tokens are to lie in the store. */
  readonly form: StoredToken['form'];
}

export class Book {
  readonly #options: BookOptions;
  readonly locked = new LockedRecords();
  readonly #shelf = new Shelf();
  #foreign = 0;
  #unreadable: readonly string[] = [];

  constructor(options: BookOptions) {
    this.#options = options;
  }

  /**
   * Reads all records anew. What another cluster made, or cannot be read, is counted and never touched. Encrypted
   * tokens stay locked until `unlock`: nothing here waits for Vault.
   */
  async load(signal: AbortSignal): Promise<void> {
    const listed = await this.#options.store.list(signal);
    this.#shelf.clear();
    this.locked.clear();
    this.#foreign = 0;
    const unreadable: string[] = [];
    for (const stored of listed) {
      const found = decodeRecord(stored.data);
      if (!found) unreadable.push(stored.name);
      else if (found.record.cluster !== this.#options.cluster) this.#foreign += 1;
      else this.#admit(found, stored);
    }
    this.#unreadable = unreadable;
  }

  /** Records that came since: a former leader's last call may arrive after its successor has read the ledger. */
  async catchUp(signal: AbortSignal): Promise<readonly OpenRecord[]> {
    const late: OpenRecord[] = [];
    for (const stored of await this.#options.store.list(signal)) {
      const found = decodeRecord(stored.data);
      const { cluster, revision = '' } = found?.record ?? {};
      const isKnown = this.#shelf.get(revision) !== undefined || this.locked.has(revision);
      if (!found || cluster !== this.#options.cluster || isKnown) continue;
      this.#admit(found, stored);
      late.push(found.record);
    }
    return late;
  }

  /** Decrypts what can be, and answers it. Throws when Transit is away; `locked` is left with the rest. */
  async unlock(signal: AbortSignal): Promise<readonly LedgerRecord[]> {
    const opened: LedgerRecord[] = [];
    const { cipher } = this.#options;
    for await (const { record, stored, ciphertext } of this.locked.open(cipher, signal)) {
      this.#keep(record, stored, { form: 'encrypted', ciphertext }, false);
      opened.push(record);
    }
    return opened;
  }

  /** Rewrites the records whose token is in another form than wanted, and says how many. Throws at the first that cannot be. */
  async convert(signal: AbortSignal): Promise<number> {
    const { form } = this.#options;
    const others = this.#shelf.all().filter(({ token }) => token.form !== form);
    for (const entry of others) if (entry.stored) await this.#convert(entry, entry.stored, signal);
    return others.length;
  }

  get(revision: string): LedgerRecord | undefined {
    return this.#shelf.get(revision)?.record;
  }

  all(): readonly LedgerRecord[] {
    return this.#shelf.all().map(({ record }) => record);
  }

  /** All records of a custom resource by its name: an object of the same name with another uid is a stranger to them. */
  ofOwner(ref: Ref): readonly LedgerRecord[] {
    return this.#shelf.ofOwner(ref).map(({ record }) => record);
  }

  /** Records by state, and those that are left alone, for the metric. */
  counts(): Readonly<Record<RecordState | 'locked' | 'foreign' | 'unreadable', number>> {
    const by = { pending: 0, current: 0, retiring: 0 };
    for (const { state } of this.all()) by[state] += 1;
    const { size: locked } = this.locked;
    return { ...by, locked, foreign: this.#foreign, unreadable: this.#unreadable.length };
  }

  /** Names of records that no version of ours wrote, for the log. */
  unreadable(): readonly string[] {
    return this.#unreadable;
  }

  /**
   * Step 2 of the protocol: on record before the credential exists. When this fails the record may be there all the
   * same, so it stays in the book, to be retired like any other.
   */
  async open(record: LedgerRecord, signal: AbortSignal): Promise<void> {
    const token = await this.#tokenOf(record, signal);
    this.#keep(record, undefined, token, true);
    const stored = await this.#options.store.create(secretOf(record, token), signal);
    this.#keep(record, stored, token, true);
  }

  async makeCurrent(revision: string, lease: RecordLease, signal: AbortSignal): Promise<void> {
    await this.#write(revision, (record) => ({ ...record, state: 'current', lease }), signal);
  }

  async retire(revision: string, retirement: Retirement, signal: AbortSignal): Promise<void> {
    await this.#write(revision, (record) => ({ ...record, state: 'retiring', retirement }), signal);
  }

  /** The credential is given back, or is known to be dead. */
  async drop(revision: string, signal: AbortSignal): Promise<void> {
    const entry = this.#shelf.get(revision);
    if (!entry) return;
    if (entry.stored) await this.#options.store.remove(entry.stored, signal);
    this.#shelf.take(entry.record);
  }

  /** A renewed token. Not written: after a restart the status of the owner tells, or one early renewal finds out. */
  noteToken(revision: string, grant: TokenGrant, capped: boolean): void {
    this.#amend(revision, (record) => ({
      ...record,
      token: { ...record.token, askedAt: grant.askedAt, ttlMs: grant.ttlMs, capped },
    }));
  }

  noteLease(revision: string, lease: RecordLease): void {
    this.#amend(revision, (record) => ({ ...record, lease }));
    const entry = this.#shelf.get(revision);
    if (entry) entry.confirmed = true;
  }

  /** False while all that is known of the lease is what a former process wrote. */
  isConfirmed(revision: string): boolean {
    return this.#shelf.get(revision)?.confirmed ?? false;
  }

  /** Opened by this process since it read the ledger, and so after everything that it found there. */
  isNew(revision: string): boolean {
    return this.#shelf.get(revision)?.isNew ?? false;
  }

  /** What a former process noted in the owner's status after it wrote the record: only ever moves times forward. */
  adoptTimes(revision: string, leaseAskedAt: number, tokenAskedAt: number): void {
    this.#amend(revision, (record) => ({
      ...record,
      token: { ...record.token, askedAt: Math.max(record.token.askedAt, tokenAskedAt) },
      ...(record.lease && {
        lease: { ...record.lease, askedAt: Math.max(record.lease.askedAt, leaseAskedAt) },
      }),
    }));
  }

  #amend(revision: string, change: (record: LedgerRecord) => LedgerRecord): void {
    const entry = this.#shelf.get(revision);
    if (entry) entry.record = change(entry.record);
  }

  async #write(
    revision: string,
    change: (record: LedgerRecord) => LedgerRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const entry = this.#shelf.get(revision);
    if (!entry) return;
    const record = change(entry.record);
    if (entry.stored && (await this.#replaced(entry, entry.stored, record, signal))) return;
    await this.#reread(entry, record, signal);
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
  async #reread(entry: Entry, wanted: LedgerRecord, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    const { name } = secretOf(wanted, entry.token);
    const stored = await store.read(name, signal);
    const found = stored && decodeRecord(stored.data);
    if (!stored && !entry.stored) return this.#shelf.take(wanted);
    entry.token = found?.stored ?? entry.token;
    const secret = secretOf(wanted, entry.token);
    if (!stored) entry.stored = await store.create(secret, signal);
    else if (!found) throw conflict(`the ledger record ${name} cannot be read any more`);
    else if (found.record.state === wanted.state) entry.stored = stored;
    else entry.stored = await store.replace(stored, secret, signal);
    entry.record = wanted;
  }

  /** A change of state that comes in between wins, as its write moves the resourceVersion; the next round converts. */
  async #convert(entry: Entry, over: StoredRecord, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    const { record } = entry;
    const token = await this.#tokenOf(record, signal);
    try {
      const stored = await store.replace(over, secretOf(record, token), signal);
      if (entry.stored !== over) return;
      entry.stored = stored;
      entry.token = token;
    } catch (thrown) {
      if (!MOVED.has(faultOf(thrown).reason)) throw thrown;
      await this.#adopt(entry, over.name, signal);
    }
  }

  /** Our own conversion whose answer was lost, or a write that did not change the state. */
  async #adopt(entry: Entry, name: string, signal: AbortSignal): Promise<void> {
    const stored = await this.#options.store.read(name, signal);
    const found = stored && decodeRecord(stored.data);
    if (!found || found.record.state !== entry.record.state) return;
    entry.stored = stored;
    entry.token = found.stored;
  }

  /** In the form that is wanted. */
  async #tokenOf(record: LedgerRecord, signal: AbortSignal): Promise<StoredToken> {
    const { cipher, form } = this.#options;
    const { secretToken: text } = record;
    if (form === 'plain') return { form, token: text };
    return { form, ciphertext: await cipher.encrypt({ bond: bondOf(record), text }, signal) };
  }

  #admit(found: { record: OpenRecord; stored: StoredToken }, stored: StoredRecord): void {
    const { record, stored: token } = found;
    if (token.form === 'plain')
      this.#keep({ ...record, secretToken: token.token }, stored, token, false);
    else this.locked.add({ record, ciphertext: token.ciphertext, stored });
  }

  #keep(
    record: LedgerRecord,
    stored: StoredRecord | undefined,
    token: StoredToken,
    isNew: boolean,
  ): void {
    this.#shelf.put({ record, stored, token, confirmed: isNew, isNew });
  }
}

function conflict(message: string): FaultError {
  return new FaultError({ kind: 'transient', reason: 'KubernetesConflict', message });
}
