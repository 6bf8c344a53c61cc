/**
 * Opens encrypted lease records in the background, for as long as it takes, and brings those that lie in another form
 * than wanted into it. Where there is nothing to do it tries the cipher, so that whoever set it up learns at the start
 * what is missing, and not when the first credential is wanted. Nothing waits for it but the objects whose records
 * these are.
 */
import type { Book } from './ledger/book.ts';
import type { OpenRecord } from './ledger/record.ts';
import { STARTING } from './reconcile/access/connections.ts';
import { BACKOFF, backoffMs } from './runtime/backoff.ts';
import { type Clock, sleep } from './runtime/clock.ts';
import { type Fault, faultOf } from './runtime/fault.ts';
import type { Observer } from './runtime/observer.ts';
import { spreadOf } from './runtime/spread.ts';

export interface UnlockingParts {
  readonly clock: Clock;
  readonly observer: Observer;
  readonly book: Book;
  /** Whoever a record belongs to looks again. */
  readonly wake: (record: OpenRecord) => void;
  /** Aborts when the operator stops. */
  readonly signal: AbortSignal;
}

/** The connection to Vault is looked at within this, at a start. */
const FIRST_PAUSE_MS = 200;

/** Until everything is open and as wanted, or `goesOn` says no. Never rejects. */
export async function keepUnlocking(parts: UnlockingParts, goesOn: () => boolean): Promise<void> {
  const { clock, signal } = parts;
  for (let round = 1; goesOn() && !signal.aborted; round += 1) {
    if (await once(parts)) return;
    const pause = backoffMs(round, { ...BACKOFF, initialMs: FIRST_PAUSE_MS }, spreadOf('unlock'));
    await sleep(clock, pause, signal).catch(() => undefined);
  }
}

/** False when there is more to do. */
async function once(parts: UnlockingParts): Promise<boolean> {
  const { book, observer, signal } = parts;
  try {
    const opened = await book.unlock(signal);
    for (const record of opened) parts.wake(record);
    if (opened.length > 0)
      observer.log('info', 'lease records decrypted', { records: opened.length });
    tellRefused(parts);
    const converted = await book.convert(signal);
    if (converted > 0)
      observer.log('info', 'lease records rewritten in the form that is wanted', {
        records: converted,
      });
    if (converted > 0 || book.locked.size > 0) return false;
    if (await book.tryCipher(signal)) observer.log('info', 'lease records can be encrypted');
    return true;
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (!signal.aborted && fault.reason !== STARTING) tell(parts, fault, thrown);
    return false;
  }
}

/** Transit answered, and refused some: damaged, of another record, or of another key. */
function tellRefused(parts: UnlockingParts): void {
  const { book } = parts;
  if (book.locked.size === 0) return;
  tell(parts, {
    kind: 'denied',
    reason: 'LedgerLocked',
    message:
      'Vault refuses to decrypt the token of the record: it was encrypted by another key, belongs to another record, or is damaged; restore key and record, or delete the record to have a new credential issued',
  });
}

/** Those who wait say so in their conditions; told again only when the reason changes. */
function tell(parts: UnlockingParts, fault: Fault, thrown?: unknown): void {
  const { book, observer, wake } = parts;
  const before = book.locked.because;
  book.locked.because = fault;
  if (before?.reason === fault.reason && before.message === fault.message) return;
  const { reason, message } = fault;
  const keys = { reason, message, records: book.locked.size };
  observer.log(
    'warn',
    'lease records cannot be opened or encrypted; it is tried again',
    keys,
    thrown,
  );
  for (const record of book.locked.all()) wake(record);
}
