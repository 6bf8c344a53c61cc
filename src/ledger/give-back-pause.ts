/**
 * The pause of giving back as this process knows it, and its record: a Secret without a secret in it, which a person
 * deletes to confirm that all is well. Refuses to know what signs there are of a restore.
 */
import { type PausePlan, planPause } from '../plan/credential/give-back-pause.ts';
import { readInstant, rfc3339 } from '../runtime/instant.ts';
import { seal } from '../runtime/sealed.ts';
import type { RecordStore, StoredRecord } from './ports.ts';

/** Where a person finds it. */
export const PAUSE_NAME = 'vault-lease-give-back-pause';

export const PAUSE_LABELS = {
  'app.kubernetes.io/managed-by': 'vault-lease-operator',
  'app.kubernetes.io/component': 'give-back-pause',
} as const;

export class GiveBackPause {
  readonly #store: RecordStore;
  readonly #quietMs: number;
  /** Signs of a restore that are not on record yet. */
  #seenAt: number | undefined;
  #until: number | undefined;

  constructor(store: RecordStore, quietMs: number) {
    this.#store = store;
    this.#quietMs = quietMs;
  }

  /** The cluster was restored: from now on nothing is given back, whether or not that comes to be on record. */
  suspect(now: number): void {
    if (this.#quietMs > 0) this.#seenAt = now;
  }

  /** Epoch ms until which nothing is given back; undefined when there is no pause. */
  until(now: number): number | undefined {
    const seen = this.#seenAt === undefined ? 0 : this.#seenAt + this.#quietMs;
    const until = Math.max(seen, this.#until ?? 0);
    return now < until ? until : undefined;
  }

  /** Brings what is known and what is on record together. */
  async look(now: number, signal: AbortSignal): Promise<PausePlan> {
    const stored = await this.#store.read(PAUSE_NAME, signal);
    const seenAt = this.#seenAt;
    const plan = planPause({
      now,
      seenAt,
      knownUntil: this.#until,
      recordedUntil: stored && untilOf(stored),
      quietMs: this.#quietMs,
    });
    if (plan.kind === 'begin') await this.#record(plan.until, stored, signal);
    if (plan.kind === 'over' && stored) await this.#store.remove(stored, signal);
    this.#until = 'until' in plan ? plan.until : undefined;
    // What was seen meanwhile is for the next look.
    if (this.#seenAt === seenAt) this.#seenAt = undefined;
    return plan;
  }

  async #record(until: number, over: StoredRecord | undefined, signal: AbortSignal): Promise<void> {
    const data = seal({ until: rfc3339(until) });
    const next = { name: PAUSE_NAME, labels: PAUSE_LABELS, data };
    if (over) await this.#store.replace(over, next, signal);
    else await this.#store.create(next, signal);
  }
}

/** A record that cannot be read is over at once: a person who edits it means something by it. */
function untilOf({ data }: StoredRecord): number {
  return readInstant(data.open()['until'] ?? '') ?? 0;
}
