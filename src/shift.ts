/**
 * What a replica does when it comes to lead, and when it no longer does: the ledger is read before anything is
 * judged, everything is looked at once, and a successor's arrival ends all work. A restored cluster is a new beginning.
 */

import { KINDS } from './api/kinds.ts';
import type { Book } from './ledger/book.ts';
import type { GiveBackPause } from './ledger/give-back-pause.ts';
import type { OpenRecord } from './ledger/record.ts';
import { LEDGER_RECORD } from './reconcile/credential/give-back.ts';
import { pauseRef } from './reconcile/credential/give-back-pause.ts';
import { refOf } from './reconcile/dependants.ts';
import type { ObjectStore } from './reconcile/ports.ts';
import { BACKOFF, backoffMs } from './runtime/backoff.ts';
import { type Clock, sleep } from './runtime/clock.ts';
import type { Controller } from './runtime/controller.ts';
import { faultOf } from './runtime/fault.ts';
import type { LeadershipState } from './runtime/leadership.ts';
import type { Observer } from './runtime/observer.ts';
import { spreadOf } from './runtime/spread.ts';
import type { WorkQueue } from './runtime/work-queue.ts';
import { keepUnlocking } from './unlocking.ts';

/** No call of a former leader is under way any longer. */
const LATE_MS = 60_000;

export interface ShiftParts {
  readonly clock: Clock;
  readonly observer: Observer;
  readonly book: Book;
  readonly pause: GiveBackPause;
  readonly queue: WorkQueue;
  readonly controller: Controller;
  readonly objects: ObjectStore;
  readonly operatorNamespace: string;
  readonly signal: AbortSignal;
}

export class Shift {
  readonly #parts: ShiftParts;
  /** The book is, or comes to be, that of this leader. */
  #isOpen = false;
  /** How often it was opened: what belongs to an earlier time ends. */
  #times = 0;
  #isOpening = false;
  /** The book must be read, or read once more. */
  #isStale = false;

  constructor(parts: ShiftParts) {
    this.#parts = parts;
    parts.queue.pause();
  }

  /** Lapsed goes on with what it knows: every write fails, renewals do not. */
  async enter(state: LeadershipState): Promise<void> {
    if (state === 'standby') {
      this.#isOpen = false;
      this.#parts.queue.pause();
    }
    if (state !== 'leading' || this.#isOpen) return;
    this.#isOpen = true;
    await this.#open();
  }

  /** What we hold of the ledger is not what the restored cluster holds. A standby reads it when it comes to lead. */
  async restored(): Promise<void> {
    const { clock, pause } = this.#parts;
    pause.suspect(clock.now());
    if (this.#isOpen) await this.#open();
  }

  /** Reads the book while nobody works with it; one reading at a time, and none is missed. */
  async #open(): Promise<void> {
    const { signal, queue, observer } = this.#parts;
    this.#isStale = true;
    if (this.#isOpening) return;
    this.#isOpening = true;
    while (this.#isStale && this.#isOpen && !signal.aborted) {
      this.#isStale = false;
      queue.pause();
      await queue.idle();
      await untilDone(this.#parts, 'the ledger could not be read', (limit) => this.#read(limit));
    }
    this.#isOpening = false;
    this.#times += 1;
    const time = this.#times;
    if (signal.aborted || !this.#isOpen) return;
    observer.log('info', 'at work', this.#parts.book.counts());
    queue.resume();
    void this.#lookAfterRecords(() => this.#isOpen && time === this.#times);
  }

  async #lookAfterRecords(goesOn: () => boolean): Promise<void> {
    const wake = (record: OpenRecord): void => this.#lookAt(record);
    const unlocking = () => keepUnlocking({ ...this.#parts, wake }, goesOn);
    await Promise.all([unlocking(), this.#lookForLate(goesOn)]);
    await unlocking();
  }

  /** A record that the former leader was just writing may have come after ours were read. */
  async #lookForLate(goesOn: () => boolean): Promise<void> {
    const { signal, clock } = this.#parts;
    await sleep(clock, LATE_MS, signal).catch(() => undefined);
    if (signal.aborted || !goesOn()) return;
    await untilDone(this.#parts, 'the ledger could not be read', async (limit) => {
      for (const record of await this.#parts.book.catchUp(limit)) this.#lookAt(record);
    });
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { book, objects, controller, observer } = this.#parts;
    await this.#readPause(signal);
    await book.load(signal);
    if (this.#isPaused()) book.doubtAll();
    for (const name of book.unreadable())
      observer.log('warn', 'a ledger record cannot be read and is left alone', { name });
    for (const kind of Object.keys(KINDS))
      for (const object of objects.list(kind)) controller.changed(refOf(object));
    for (const record of book.all()) this.#lookAt(record);
    const unwatched = book.all().filter((record) => !this.#isOurs(record)).length;
    if (unwatched > 0)
      observer.log('warn', 'ledger records of namespaces that are not watched are left alone', {
        records: unwatched,
      });
  }

  #lookAt(record: OpenRecord): void {
    const { controller, operatorNamespace } = this.#parts;
    const { state, owner, revision } = record;
    if (state === 'retiring')
      controller.changed({ kind: LEDGER_RECORD, namespace: operatorNamespace, name: revision });
    else if (this.#isOurs(record)) controller.changed(owner);
  }

  /** What retires was judged when it was in view, and is given back. */
  #isOurs({ state, owner }: OpenRecord): boolean {
    return state === 'retiring' || this.#parts.objects.watches(owner.namespace);
  }

  async #readPause(signal: AbortSignal): Promise<void> {
    const { pause, clock, controller, operatorNamespace } = this.#parts;
    await pause.look(clock.now(), signal);
    if (this.#isPaused()) controller.changed(pauseRef(operatorNamespace));
  }

  #isPaused(): boolean {
    const { pause, clock } = this.#parts;
    return pause.until(clock.now()) !== undefined;
  }
}

/** Tries until it succeeds or the operator stops. */
export async function untilDone(
  { clock, observer, signal }: Pick<ShiftParts, 'clock' | 'observer' | 'signal'>,
  trouble: string,
  attempt: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await attempt(signal);
    } catch (thrown) {
      if (signal.aborted) return;
      const { reason, message } = faultOf(thrown);
      observer.log('warn', trouble, { reason, message }, thrown);
      const pause = backoffMs(failures, { ...BACKOFF, initialMs: 1_000 }, spreadOf(trouble));
      await sleep(clock, pause, signal).catch(() => undefined);
    }
  }
}
