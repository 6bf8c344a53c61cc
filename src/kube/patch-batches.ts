/**
 * Small patches of one object that come within a window, joined into one; batches of one object follow each other.
 * Knows nothing of what is patched.
 */
import { type Clock, sleep } from '../runtime/clock.ts';

/** Annotations by key; the last value of a key wins. */
export type PatchBatch = Readonly<Record<string, string>>;

interface Open {
  readonly entries: Record<string, string>;
  readonly done: Promise<void>;
}

export class PatchBatches {
  readonly #clock: Clock;
  readonly #windowMs: number;
  /** Batches that still take entries. */
  readonly #open = new Map<string, Open>();
  /** The end of the last batch of each key. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
  }

  /** Resolves or rejects with the one `send` that carried the entries: that of whoever opened the batch. */
  join(
    key: string,
    entries: PatchBatch,
    send: (batch: PatchBatch) => Promise<void>,
  ): Promise<void> {
    const open = this.#open.get(key);
    if (open) {
      Object.assign(open.entries, entries);
      return open.done;
    }
    const fresh = { ...entries };
    const done = this.#run(key, fresh, send);
    this.#open.set(key, { entries: fresh, done });
    return done;
  }

  async #run(
    key: string,
    entries: PatchBatch,
    send: (batch: PatchBatch) => Promise<void>,
  ): Promise<void> {
    const before = this.#last.get(key) ?? Promise.resolve();
    await Promise.all([sleep(this.#clock, this.#windowMs), before.catch(() => undefined)]);
    this.#open.delete(key);
    const sent = send(entries);
    this.#last.set(key, sent);
    try {
      await sent;
    } finally {
      if (this.#last.get(key) === sent) this.#last.delete(key);
    }
  }
}
