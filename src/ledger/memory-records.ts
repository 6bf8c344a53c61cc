/** Records that live as long as the process: the ledger of those who want no tokens in Kubernetes. A crash leaves its credentials to their TTLs. */
import { FaultError } from '../runtime/fault.ts';
import type { NewRecord, RecordStore, StoredRecord } from './ports.ts';

export class MemoryRecords implements RecordStore {
  readonly #records = new Map<string, StoredRecord>();
  #version = 0;

  async list(): Promise<readonly StoredRecord[]> {
    return [...this.#records.values()];
  }

  async read(name: string): Promise<StoredRecord | undefined> {
    return this.#records.get(name);
  }

  async create(record: NewRecord): Promise<StoredRecord> {
    if (this.#records.has(record.name)) throw conflict(record.name);
    return this.#keep(record);
  }

  async replace(over: StoredRecord, next: NewRecord): Promise<StoredRecord> {
    const { resourceVersion } = this.#records.get(over.name) ?? {};
    if (resourceVersion !== over.resourceVersion) throw conflict(over.name);
    return this.#keep(next);
  }

  async remove(record: StoredRecord): Promise<void> {
    this.#records.delete(record.name);
  }

  #keep(record: NewRecord): StoredRecord {
    this.#version += 1;
    const stored = { ...record, uid: record.name, resourceVersion: String(this.#version) };
    this.#records.set(record.name, stored);
    return stored;
  }
}

function conflict(name: string): FaultError {
  return new FaultError({
    kind: 'transient',
    reason: 'KubernetesConflict',
    message: `the ledger record ${name} was changed meanwhile`,
  });
}
