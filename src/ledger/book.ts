/**
 * The ledger as the leader holds it: every record in memory, every change of state written through before it
 * counts. One process writes at a time (the leader), and every write carries a resourceVersion, so a former
 * leader's late write fails. Renewals only move deadlines and stay in memory: see `noteToken` and `noteLease`.
 */
import type { TokenGrant } from '../api/vault-exchange.ts';
import { FaultError, faultOf } from '../runtime/fault.ts';
import { keyOf, type Ref } from '../runtime/ref.ts';
import type { NewRecord, RecordStore, StoredRecord } from './ports.ts';
import {
  decodeRecord,
  encodeRecord,
  type LedgerRecord,
  type RecordLease,
  type RecordState,
  type Retirement,
} from './record.ts';

/** Labels by which the records are listed, and by which a person finds those of one object. */
export const RECORD_LABELS = {
  'app.kubernetes.io/managed-by': 'vault-lease-operator',
  'app.kubernetes.io/component': 'lease-ledger',
} as const;

export const STATE_LABEL = 'vault-lease-operator/state';
export const OWNER_LABEL = 'vault-lease-operator/owner-uid';

interface Entry {
  record: LedgerRecord;
  stored: StoredRecord;
  /** This process has had Vault's word on the lease, so its times are not behind. */
  confirmed: boolean;
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
      else if (record.cluster !== this.#cluster) this.#foreign += 1;
      else this.#keep(record, stored, false);
    }
    this.#unreadable = unreadable;
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

  /** Step 2 of the protocol: on record before the credential exists. */
  async open(record: LedgerRecord, signal: AbortSignal): Promise<void> {
    this.#keep(record, await this.#store.create(secretOf(record), signal), true);
  }

  async makeCurrent(revision: string, lease: RecordLease, signal: AbortSignal): Promise<void> {
    await this.#write(revision, (record) => ({ ...record, state: 'current', lease }), signal);
  }

  async retire(revision: string, retirement: Retirement, signal: AbortSignal): Promise<void> {
    await this.#write(revision, (record) => ({ ...record, state: 'retiring', retirement }), signal);
  }

  /** The credential is given back, or is known to be dead. */
  async drop(revision: string, signal: AbortSignal): Promise<void> {
    const entry = this.#entries.get(revision);
    if (!entry) return;
    await this.#store.remove(entry.stored, signal);
    this.#entries.delete(revision);
    const siblings = this.#byOwner.get(keyOf(entry.record.owner));
    siblings?.delete(revision);
    if (siblings?.size === 0) this.#byOwner.delete(keyOf(entry.record.owner));
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
    const entry = this.#entries.get(revision);
    if (entry) entry.confirmed = true;
  }

  /** False while all that is known of the lease is what a former process wrote. */
  isConfirmed(revision: string): boolean {
    return this.#entries.get(revision)?.confirmed ?? false;
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
    const entry = this.#entries.get(revision);
    if (entry) entry.record = change(entry.record);
  }

  async #write(
    revision: string,
    change: (record: LedgerRecord) => LedgerRecord,
    signal: AbortSignal,
  ): Promise<void> {
    const entry = this.#entries.get(revision);
    if (!entry) return;
    const record = change(entry.record);
    try {
      entry.stored = await this.#store.replace(entry.stored, secretOf(record), signal);
    } catch (thrown) {
      if (faultOf(thrown).reason !== 'KubernetesConflict') throw thrown;
      await this.#reread(entry, record, signal);
    }
    entry.record = record;
  }

  /** A conflict is our own write whose reply was lost, or another leader's: only the former may count as done. */
  async #reread(entry: Entry, wanted: LedgerRecord, signal: AbortSignal): Promise<void> {
    const stored = await this.#store.read(entry.stored.name, signal);
    const found = stored && decodeRecord(stored.data);
    if (!stored || !found) throw conflict(`the ledger record ${entry.stored.name} is gone`);
    const ours = found.state === wanted.state;
    const untouched = found.state === entry.record.state;
    entry.stored = stored;
    if (ours) return;
    if (untouched) entry.stored = await this.#store.replace(stored, secretOf(wanted), signal);
    else throw conflict(`the ledger record ${stored.name} was changed by another replica`);
  }

  #keep(record: LedgerRecord, stored: StoredRecord, confirmed: boolean): void {
    this.#entries.set(record.revision, { record, stored, confirmed });
    const owner = keyOf(record.owner);
    const siblings = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, siblings.add(record.revision));
  }
}

function secretOf(record: LedgerRecord): NewRecord {
  return {
    name: `vault-lease-${record.revision}`,
    labels: {
      ...RECORD_LABELS,
      [STATE_LABEL]: record.state,
      [OWNER_LABEL]: record.owner.uid,
    },
    data: encodeRecord(record),
  };
}

function conflict(message: string): FaultError {
  return new FaultError({ kind: 'transient', reason: 'KubernetesConflict', message });
}
