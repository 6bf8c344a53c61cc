/**
 * One watch connection as a sequence of events. Promises to end when the server ends it, and to throw when the
 * stream breaks, falls silent for longer than three bookmarks take, outlives its term, or says something that is no event.
 */
import type { Clock } from '../runtime/clock.ts';
import { subjectOf } from './api-call.ts';
import { apiStatus, statusError } from './faults.ts';
import { follow } from './follow.ts';
import { LineSplitter } from './lines.ts';
import { type Scope, scopeCall } from './listing.ts';
import type { Transport } from './transport.ts';
import { isRecord } from './wire.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: unknown;
}

/** The stream is no sequence of events any more: what it held is lost, only a list can tell. */
export class WatchUnreadable extends Error {}

/** The API server sends a bookmark about once a minute. */
const SILENCE_MS = 200_000;
/** Beyond the term that we asked for. */
const OVERTIME_MS = 60_000;
const LINE_BYTES = 8 * 1024 * 1024;
const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/** Everything that happened after `version`, for about `termMs`. */
export async function* watchEvents(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  scope: Scope,
  version: string,
  termMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const call = scopeCall('watch', scope, {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: version,
    timeoutSeconds: String(Math.round(termMs / 1000)),
  });
  using patience = new Patience(clock, clock.now() + termMs + OVERTIME_MS, signal);
  const splitter = new LineSplitter(LINE_BYTES);
  const subject = subjectOf(call);
  for await (const chunk of transport.stream(call, patience.signal)) {
    patience.renew();
    for (const line of linesOf(splitter, chunk)) {
      const event = eventOf(line);
      if (isEvent(event)) {
        yield event;
        continue;
      }
      const code = Number(event['object']['code']);
      throw statusError(subject, apiStatus(code, event['object'], retryAfter(event['object'])));
    }
  }
}

/** Aborts with its parent, when nothing was heard for too long, or at the end of the term. Re-armed lazily: a busy watch sets no alarms. */
class Patience implements Disposable {
  readonly #clock: Clock;
  readonly #endAt: number;
  readonly #abort = new AbortController();
  readonly #link: Disposable;
  #heardAt: number;
  #alarm: Disposable;

  constructor(clock: Clock, endAt: number, parent: AbortSignal) {
    this.#link = follow(parent, this.#abort);
    this.#clock = clock;
    this.#endAt = endAt;
    this.#heardAt = clock.now();
    this.#alarm = this.#arm();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  renew(): void {
    this.#heardAt = this.#clock.now();
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
    this.#link[Symbol.dispose]();
  }

  #arm(): Disposable {
    return this.#clock.at(this.#lostAt(), () => {
      if (this.#clock.now() >= this.#lostAt())
        this.#abort.abort(new DOMException('no event in time', 'TimeoutError'));
      else this.#alarm = this.#arm();
    });
  }

  #lostAt(): number {
    return Math.min(this.#heardAt + SILENCE_MS, this.#endAt);
  }
}

interface ErrorEvent {
  readonly type: 'ERROR';
  readonly object: Readonly<Record<string, unknown>>;
}

function linesOf(splitter: LineSplitter, chunk: Buffer): string[] {
  try {
    return splitter.push(chunk);
  } catch (cause) {
    throw new WatchUnreadable('a line of the watch is too long', { cause });
  }
}

function eventOf(line: string): WatchEvent | ErrorEvent {
  const event = parsed(line);
  if (isEvent(event)) return event;
  const { type, object } = event;
  if (type === 'ERROR' && isRecord(object)) return { type, object };
  throw new WatchUnreadable('a line of the watch is no event');
}

function isEvent(event: { readonly type?: unknown }): event is WatchEvent {
  return TYPES.has(event.type);
}

function parsed(line: string): { readonly type?: unknown; readonly object?: unknown } {
  try {
    const event: unknown = JSON.parse(line);
    return isRecord(event) ? event : {};
  } catch (cause) {
    throw new WatchUnreadable('a line of the watch is no JSON', { cause });
  }
}

function retryAfter(status: Readonly<Record<string, unknown>>): string | undefined {
  const details = status['details'];
  const seconds = isRecord(details) ? details['retryAfterSeconds'] : undefined;
  return typeof seconds === 'number' ? String(seconds) : undefined;
}
