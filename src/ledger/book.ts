/**
 * The ledger as the leader holds it: every record in memory, every change of state written through before it
 * counts. One process writes at a time (the leader), and every write carries a resourceVersion, so a former
 * leader's late write fails. Renewals only move deadlines and stay in memory: see `noteToken` and `noteLease`.
 */
import type { TokenGrant } from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Ref } from '../runtime/ref.ts';
import { isSameCluster } from './cluster-stamp.ts';
import { LockedRecords } from './locked.ts';
import { leaseUpTo, recordUpTo } from './not-ahead.ts';
import type { StoredRecord } from './ports.ts';
import {
  decodeRecord,
  type FoundRecord,
  isSharing,
  isUnder,
  type LedgerRecord,
  type OpenRecord,
  type RecordCertificate,
  type RecordLease,
  type RecordState,
  type Retirement,
  type StoredToken,
} from './record.ts';
import { RecordWrites, type WriteOptions } from './record-writes.ts';
import { type Entry, Shelf } from './shelf.ts';

export interface BookOptions extends WriteOptions {
  /** Told of each record that was found and can be worked with. */
  readonly onFound?: (record: LedgerRecord) => void;
  readonly cluster: string;
  readonly clock: Pick<Clock, 'now'>;
}

export class Book {
  readonly #options: BookOptions;
  readonly #writes: RecordWrites;
  readonly #shelf = new Shelf();
  readonly locked = new LockedRecords();
  /** What was stored before now may be older than what Vault knows. */
  #isDoubtful = false;
  #foreign = 0;
  #unreadable: readonly string[] = [];

  constructor(options: BookOptions) {
    this.#options = options;
    this.#writes = new RecordWrites(options);
  }

  /**
   * Reads all records anew. What another cluster made, or cannot be read, is counted and never touched. Encrypted
   * tokens stay locked until `unlock`: nothing here waits for Vault.
   */
  async load(signal: AbortSignal): Promise<void> {
    const listed = await this.#options.store.list(signal);
    this.#shelf.clear();
    this.#isDoubtful = false;
    this.locked.clear();
    this.#foreign = 0;
    const unreadable: string[] = [];
    for (const stored of listed) {
      const found = decodeRecord(stored.data);
      if (!found) unreadable.push(stored.name);
      else if (!isSameCluster(found.record.cluster, this.#options.cluster)) this.#foreign += 1;
      else this.#admit(found, stored);
    }
    this.#unreadable = unreadable;
  }

  /** Records that came since: a former leader's last call may arrive after its successor has read the ledger. */
  async catchUp(signal: AbortSignal): Promise<readonly OpenRecord[]> {
    const late: OpenRecord[] = [];
    for (const stored of await this.#options.store.list(signal)) {
      const found = decodeRecord(stored.data);
      if (!found || !isSameCluster(found.record.cluster, this.#options.cluster)) continue;
      const { revision } = found.record;
      if (this.#shelf.get(revision) || this.locked.has(revision)) continue;
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
      this.#find(record, stored, { form: 'encrypted', ciphertext });
      opened.push(record);
    }
    return opened;
  }

  /** Rewrites the records whose token is in another form than wanted, and says how many. Throws at the first that cannot be. */
  async convert(signal: AbortSignal): Promise<number> {
    const others = this.#shelf.all().filter((entry) => !this.#writes.isInForm(entry));
    for (const entry of others)
      if (entry.stored) await this.#writes.convert(entry, entry.stored, signal);
    return others.length;
  }

  /** True when it took a trial to know that tokens can be encrypted. Throws when they are to be and cannot. */
  tryCipher(signal: AbortSignal): Promise<boolean> {
    return this.#writes.tryCipher(signal);
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
    const token = await this.#writes.tokenOf(record, signal);
    this.#keep(record, undefined, token, true);
    const stored = await this.#writes.create(record, token, signal);
    this.#keep(record, stored, token, true);
  }

  /** Without a lease for what has none. */
  async makeCurrent(
    revision: string,
    lease: RecordLease | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const believed = lease && leaseUpTo(this.#options.clock.now(), lease);
    const leased = believed && { lease: believed };
    await this.#write(revision, (record) => ({ ...record, state: 'current', ...leased }), signal);
    if (believed !== lease) this.#shelf.doubt(revision, true);
  }

  /** Something was learned or wished about a certificate that must outlive its object. */
  async rewriteCertificate(
    revision: string,
    change: Partial<RecordCertificate>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#write(revision, (record) => changed(record, change), signal);
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
    this.#shelf.doubt(revision, false);
    const renewed = { askedAt: grant.askedAt, ttlMs: grant.ttlMs, capped };
    for (const each of this.#shelf.underTokenOf(revision))
      this.#shelf.amend(each, (record) => ({ ...record, token: { ...record.token, ...renewed } }));
  }

  /** Nothing came to hang on the token. Not written: the next change of state takes it along. */
  noteEmpty(revision: string): void {
    const released = true;
    this.#shelf.amend(revision, (record) => ({ ...record, token: { ...record.token, released } }));
  }

  /** Whether some record tells of this shared token. */
  hasToken(sharedBy: string, accessor: string): boolean {
    const records = [...this.all(), ...this.locked.all()];
    return records.some((record) => isUnder(record, sharedBy, accessor));
  }

  /** Whether another credential hangs, or may hang, on the same token. */
  isShared(record: OpenRecord): boolean {
    return [...this.all(), ...this.locked.all()].some((other) => isSharing(record, other));
  }

  /** What was issued. Not written: the next change of state takes it along. */
  noteCertificate(revision: string, certificate: RecordCertificate, released: boolean): void {
    this.#shelf.amend(revision, (record) => ({
      ...record,
      certificate,
      ...(released && { token: { ...record.token, released } }),
    }));
  }

  noteLease(revision: string, lease: RecordLease): void {
    this.#shelf.amend(revision, (record) => ({ ...record, lease }));
    const entry = this.#shelf.get(revision);
    if (entry) entry.confirmed = true;
    this.#shelf.doubt(revision, false);
  }

  /** False while all that is known of the lease is what a former process wrote. */
  isConfirmed(revision: string): boolean {
    return this.#shelf.get(revision)?.confirmed ?? false;
  }

  /** Opened by this process since it read the ledger, and so after everything that it found there. */
  isNew(revision: string): boolean {
    return this.#shelf.get(revision)?.isNew ?? false;
  }

  /** The records came out of a backup: Vault may have ended what they tell of. */
  doubtAll(): void {
    this.#isDoubtful = true;
    for (const entry of this.#shelf.all()) entry.doubted = true;
  }

  /** True until Vault had its say. */
  isDoubted(revision: string): boolean {
    return this.#shelf.get(revision)?.doubted ?? false;
  }

  /**
   * What a former process noted in the owner's status after it wrote the record: only ever moves times forward. An
   * instant that is still to come says nothing: a clock ahead of ours wrote it.
   */
  adoptTimes(revision: string, leaseAskedAt: number, tokenAskedAt: number): void {
    const now = this.#options.clock.now();
    const later = (known: number, told: number) => (told > now ? known : Math.max(known, told));
    this.#shelf.amend(revision, ({ token, lease, ...record }) => ({
      ...record,
      token: { ...token, askedAt: later(token.askedAt, tokenAskedAt) },
      ...(lease && { lease: { ...lease, askedAt: later(lease.askedAt, leaseAskedAt) } }),
    }));
  }

  async #write(
    revision: string,
    change: (record: LedgerRecord) => LedgerRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const entry = this.#shelf.get(revision);
    if (!entry) return;
    const outcome = await this.#writes.write(entry, change(entry.record), signal);
    if (outcome === 'gone') this.#shelf.take(entry.record);
    else this.#carryOver(entry);
  }

  /** The book may have been read anew while a write was under way. */
  #carryOver({ record, stored, token }: Entry): void {
    const entry = this.#shelf.get(record.revision);
    if (entry) Object.assign(entry, { record, stored, token });
  }

  #admit({ record, stored: token }: FoundRecord, stored: StoredRecord): void {
    if (token.form === 'plain') this.#find({ ...record, secretToken: token.token }, stored, token);
    else this.locked.add({ record, ciphertext: token.ciphertext, stored });
  }

  #find(record: LedgerRecord, stored: StoredRecord, token: StoredToken): void {
    this.#keep(record, stored, token, false);
    this.#options.onFound?.(record);
  }

  #keep(
    written: LedgerRecord,
    stored: StoredRecord | undefined,
    token: StoredToken,
    isNew: boolean,
  ): void {
    const record = isNew ? written : recordUpTo(this.#options.clock.now(), written);
    const doubted = (this.#isDoubtful && !isNew) || record !== written;
    this.#shelf.put({ record, stored, token, confirmed: isNew, isNew, doubted });
  }
}

function changed(record: LedgerRecord, change: Partial<RecordCertificate>): LedgerRecord {
  const { certificate } = record;
  return certificate ? { ...record, certificate: { ...certificate, ...change } } : record;
}
