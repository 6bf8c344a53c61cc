/** The records in memory, by revision and by owner. Knows nothing of where they are stored. */
import { keyOf, type Ref } from '../runtime/ref.ts';
import type { StoredRecord } from './ports.ts';
import { isSharing, type LedgerRecord, type StoredToken } from './record.ts';

export interface Entry {
  record: LedgerRecord;
  /** Undefined while it is not known whether the record reached its store. */
  stored: StoredRecord | undefined;
  token: StoredToken;
  /** This process has had Vault's word on the lease, so its times are not behind. */
  confirmed: boolean;
  /** Opened here since the ledger was read. */
  readonly isNew: boolean;
  /** The record may be older than what Vault knows: its times say nothing. */
  doubted: boolean;
}

export class Shelf {
  readonly #entries = new Map<string, Entry>();
  readonly #byOwner = new Map<string, Set<string>>();

  clear(): void {
    this.#entries.clear();
    this.#byOwner.clear();
  }

  get(revision: string): Entry | undefined {
    return this.#entries.get(revision);
  }

  all(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  ofOwner(ref: Ref): readonly Entry[] {
    const revisions = this.#byOwner.get(keyOf(ref)) ?? [];
    return [...revisions].flatMap((revision) => this.get(revision) ?? []);
  }

  /** The revision, and those of the records that share its token. */
  underTokenOf(revision: string): readonly string[] {
    const record = this.get(revision)?.record;
    if (record?.token.sharedBy === undefined) return [revision];
    const others = this.all().filter((entry) => isSharing(record, entry.record));
    return [revision, ...others.map((entry) => entry.record.revision)];
  }

  amend(revision: string, change: (record: LedgerRecord) => LedgerRecord): void {
    const entry = this.get(revision);
    if (entry) entry.record = change(entry.record);
  }

  doubt(revision: string, doubted: boolean): void {
    const entry = this.get(revision);
    if (entry) entry.doubted = doubted;
  }

  put(entry: Entry): void {
    const { revision, owner } = entry.record;
    this.#entries.set(revision, entry);
    const siblings = this.#byOwner.get(keyOf(owner)) ?? new Set();
    this.#byOwner.set(keyOf(owner), siblings.add(revision));
  }

  take({ revision, owner }: LedgerRecord): void {
    this.#entries.delete(revision);
    const siblings = this.#byOwner.get(keyOf(owner));
    siblings?.delete(revision);
    if (siblings?.size === 0) this.#byOwner.delete(keyOf(owner));
  }
}
