/**
 * The ledger as the leader holds it: every record in memory, every change of state written through before it
 * counts. One process writes at a time (the leader), and every write carries a resourceVersion, so a former
 * leader's late write fails. Renewals only move deadlines and stay in memory: see `noteToken` and `noteLease`.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Reason } from '../api/reasons.ts';
import type { TokenGrant } from '../api/vault-exchange.ts';
import { FaultError, faultOf } from '../runtime/fault.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import { isSameCluster } from './cluster-stamp.ts';
import type { RecordStore, StoredRecord } from './ports.ts';
import {
  decodeRecord,
  type LedgerRecord,
  type RecordCertificate,
  type RecordLease,
  type RecordState,
  type Retirement,
} from './record.ts';
import { recordSecret } from './record-secret.ts';

/** Somebody else's write, or deletion, came first. */
const MOVED: ReadonlySet<string> = new Set<Reason>(['KubernetesConflict', 'KubernetesNotFound']);

interface Entry {
  record: LedgerRecord;
  /** Undefined while it is not known whether the record reached its store. */
  stored: StoredRecord | undefined;
  /** This process has had Vault's word on the lease, so its times are not behind. */
  confirmed: boolean;
  /** Opened here since the ledger was read. */
  readonly isNew: boolean;
  /** The record may be older than what Vault knows: its times say nothing. */
  doubted: boolean;
}

export class Book {
  readonly #store: RecordStore;
  readonly #cluster: string;
  readonly #entries = new Map<string, Entry>();
  readonly #byOwner = new Map<string, Set<string>>();
  #foreign = 0;
  #unreadable: readonly string[] = [];

  constructor(store: RecordStore, cluster: string) {
    this.#store = store;
    this.#cluster = cluster;
  }

  /** Reads all records anew. What another cluster made, or cannot be read, is counted and never touched. */
  async load(signal: AbortSignal): Promise<void> {
    const listed = await this.#store.list(signal);
    this.#entries.clear();
    this.#byOwner.clear();
    this.#foreign = 0;
    const unreadable: string[] = [];
    for (const stored of listed) {
      const record = decodeRecord(stored.data);
      if (!record) unreadable.push(stored.name);
      else if (!isSameCluster(record.cluster, this.#cluster)) this.#foreign += 1;
      else this.#keep(record, stored, false);
    }
    this.#unreadable = unreadable;
  }

  /** Records that came since: a former leader's last call may arrive after its successor has read the ledger. */
  async catchUp(signal: AbortSignal): Promise<readonly LedgerRecord[]> {
    const late: LedgerRecord[] = [];
    for (const stored of await this.#store.list(signal)) {
      const record = decodeRecord(stored.data);
      if (record?.cluster !== this.#cluster || this.#entries.has(record.revision)) continue;
      this.#keep(record, stored, false);
      late.push(record);
    }
    return late;
  }

  get(revision: string): LedgerRecord | undefined {
    return this.#entries.get(revision)?.record;
  }

  all(): readonly LedgerRecord[] {
    return [...this.#entries.values()].map((entry) => entry.record);
  }

  /** All records of a custom resource by its name: an object of the same name with another uid is a stranger to them. */
  ofOwner(ref: Ref): readonly LedgerRecord[] {
    const revisions = this.#byOwner.get(keyOf(ref)) ?? [];
    return [...revisions].flatMap((revision) => this.get(revision) ?? []);
  }

  /** Records by state, and those that are left alone, for the metric. */
  counts(): Readonly<Record<RecordState | 'foreign' | 'unreadable', number>> {
    const by = { pending: 0, current: 0, retiring: 0 };
    for (const { record } of this.#entries.values()) by[record.state] += 1;
    return { ...by, foreign: this.#foreign, unreadable: this.#unreadable.length };
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
    this.#keep(record, undefined, true);
    this.#keep(record, await this.#store.create(recordSecret(record), signal), true);
  }

  /** Without a lease for what has none. */
  async makeCurrent(
    revision: string,
    lease: RecordLease | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const leased = lease && { lease };
    await this.#write(revision, (record) => ({ ...record, state: 'current', ...leased }), signal);
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
    const entry = this.#entries.get(revision);
    if (!entry) return;
    if (entry.stored) await this.#store.remove(entry.stored, signal);
    this.#forget(entry.record);
  }

  /** A renewed token. Not written: after a restart the status of the owner tells, or one early renewal finds out. */
  noteToken(revision: string, grant: TokenGrant, capped: boolean): void {
    this.#note(revision, { doubted: false });
    this.#amend(revision, (record) => ({
      ...record,
      token: { ...record.token, askedAt: grant.askedAt, ttlMs: grant.ttlMs, capped },
    }));
  }

  /** What was issued. Not written: the next change of state takes it along. */
  noteCertificate(revision: string, certificate: RecordCertificate, released: boolean): void {
    this.#amend(revision, (record) => ({
      ...record,
      certificate,
      ...(released && { token: { ...record.token, released } }),
    }));
  }

  noteLease(revision: string, lease: RecordLease): void {
    this.#amend(revision, (record) => ({ ...record, lease }));
    this.#note(revision, { confirmed: true, doubted: false });
  }

  /** False while all that is known of the lease is what a former process wrote. */
  isConfirmed(revision: string): boolean {
    return this.#entries.get(revision)?.confirmed ?? false;
  }

  /** Opened by this process since it read the ledger, and so after everything that it found there. */
  isNew(revision: string): boolean {
    return this.#entries.get(revision)?.isNew ?? false;
  }

  /** The records came out of a backup: Vault may have ended what they tell of. */
  doubtAll(): void {
    for (const entry of this.#entries.values()) entry.doubted = true;
  }

  /** True until Vault had its say. */
  isDoubted(revision: string): boolean {
    return this.#entries.get(revision)?.doubted ?? false;
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
    const record = this.get(revision);
    if (record) this.#note(revision, { record: change(record) });
  }

  async #write(
    revision: string,
    change: (record: LedgerRecord) => LedgerRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const entry = this.#entries.get(revision);
    if (!entry) return;
    const record = change(entry.record);
    if (entry.stored && (await this.#replaced(entry.stored, record, signal))) return;
    await this.#reread(entry, record, signal);
  }

  /** False when somebody wrote it since, perhaps we. */
  async #replaced(over: StoredRecord, record: LedgerRecord, signal: AbortSignal): Promise<boolean> {
    try {
      this.#written(record, await this.#store.replace(over, recordSecret(record), signal));
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
    const stored = await this.#store.read(recordSecret(wanted).name, signal);
    if (stored) await this.#overwrite(stored, wanted, signal);
    else if (entry.stored)
      this.#written(wanted, await this.#store.create(recordSecret(wanted), signal));
    else this.#forget(wanted);
  }

  async #overwrite(stored: StoredRecord, wanted: LedgerRecord, signal: AbortSignal): Promise<void> {
    const found = decodeRecord(stored.data);
    if (!found) throw illegible(stored.name);
    if (found.state !== wanted.state || !isDeepStrictEqual(found.certificate, wanted.certificate))
      return this.#written(wanted, await this.#store.replace(stored, recordSecret(wanted), signal));
    const { retirement } = found;
    return this.#written({ ...wanted, ...(retirement && { retirement }) }, stored);
  }

  /** The book may have been read anew while the call was under way. */
  #written(record: LedgerRecord, stored: StoredRecord): void {
    this.#note(record.revision, { record, stored });
  }

  #note(revision: string, news: Partial<Entry>): void {
    const entry = this.#entries.get(revision);
    if (entry) Object.assign(entry, news);
  }

  #forget({ revision, owner }: LedgerRecord): void {
    this.#entries.delete(revision);
    const siblings = this.#byOwner.get(keyOf(owner));
    siblings?.delete(revision);
    if (siblings?.size === 0) this.#byOwner.delete(keyOf(owner));
  }

  #keep(record: LedgerRecord, stored: StoredRecord | undefined, isNew: boolean): void {
    this.#entries.set(record.revision, { record, stored, confirmed: isNew, isNew, doubted: false });
    const owner = keyOf(record.owner);
    const siblings = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, siblings.add(record.revision));
  }
}

function changed(record: LedgerRecord, change: Partial<RecordCertificate>): LedgerRecord {
  const { certificate } = record;
  return certificate ? { ...record, certificate: { ...certificate, ...change } } : record;
}

function illegible(name: string): FaultError {
  const message = `the ledger record ${name} cannot be read any more; delete it when nobody needs it`;
  return new FaultError({ kind: 'transient', reason: 'KubernetesConflict', message });
}
