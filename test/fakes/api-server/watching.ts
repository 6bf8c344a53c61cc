/**
 * Open watches: changes as JSON lines, bookmarks, the ERROR event for versions that have left the history, and the
 * trouble a harness can make (frozen streams without FIN, dropped or ended ones).
 */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Asked, type Match, matches } from './faults.ts';
import { cut } from './http.ts';
import { tooOld } from './lists.ts';
import type { Fields, Thing } from './objects.ts';
import type { Selects } from './selectors.ts';
import { failure } from './status.ts';
import type { Change, Store } from './store.ts';

/** kube-apiserver sends a bookmark about once a minute. */
const BOOKMARK_EVERY_MS = 60_000;
/** It ends watches that name no timeout after 30 to 60 minutes. */
const TIMEOUT_MS = 45 * 60_000;

export interface WatchWish {
  readonly asked: Asked;
  readonly table: string;
  readonly selects: Selects;
  /** undefined: begin with what is there. */
  readonly from: number | undefined;
  readonly bookmarks: boolean;
  /** A watch-list: the end of the initial objects is told by a bookmark. */
  readonly tellsInitialEnd: boolean;
  readonly timeoutMs: number | undefined;
  readonly show: (thing: Thing) => Fields;
  /** What an empty object of this kind looks like, for bookmarks. */
  readonly blank: Fields;
}

export class Watches {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #open = new Set<Stream>();
  #alarm: Disposable | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Resolves when the stream is over. */
  async open(response: ServerResponse, wish: WatchWish): Promise<void> {
    const stream = new Stream(response, wish, this.#store, this.#clock);
    this.#open.add(stream);
    this.#bookmarkSoon();
    await stream.over;
    this.#open.delete(stream);
    if (this.#open.size === 0) this.stop();
  }

  /** How many are open. */
  count(match: Match = {}): number {
    return this.#matching(match).length;
  }

  /** Tells every watch the newest version, and gives it: who has seen it has seen everything before. */
  bookmarkAll(): string {
    for (const stream of this.#open) stream.bookmark();
    return String(this.#store.version);
  }

  /** The streams fall silent, and their connections stay open, until disposed. */
  freeze(match: Match = {}): Disposable {
    const frozen = this.#matching(match);
    for (const stream of frozen) stream.freeze();
    return { [Symbol.dispose]: () => frozen.forEach((stream) => stream.thaw()) };
  }

  /** Connections reset. */
  drop(match: Match = {}): void {
    for (const stream of this.#matching(match)) stream.drop();
  }

  /** As at their timeout. */
  end(match: Match = {}): void {
    for (const stream of this.#matching(match)) stream.end();
  }

  stop(): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
  }

  /** One alarm for all: many watches cost a virtual clock no more steps than one. */
  #bookmarkSoon(): void {
    this.#alarm ??= this.#clock.at(this.#clock.now() + BOOKMARK_EVERY_MS, () => {
      this.#alarm = undefined;
      this.bookmarkAll();
      this.#bookmarkSoon();
    });
  }

  #matching(match: Match): Stream[] {
    return [...this.#open].filter((stream) => matches(match, stream.asked));
  }
}

class Stream {
  readonly #response: ServerResponse;
  readonly #wish: WatchWish;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #over = Promise.withResolvers<void>();
  readonly #mine: Disposable[] = [];
  /** Lines kept back while frozen. */
  #kept: (() => void)[] | undefined;

  constructor(response: ServerResponse, wish: WatchWish, store: Store, clock: Clock) {
    this.#response = response;
    this.#wish = wish;
    this.#store = store;
    this.#clock = clock;
    response.writeHead(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' });
    response.flushHeaders();
    response.on('close', () => this.#close());
    if (this.#begin()) this.#follow();
  }

  get asked(): Asked {
    return this.#wish.asked;
  }

  get over(): Promise<void> {
    return this.#over.promise;
  }

  bookmark(annotations?: Fields): void {
    if (!this.#wish.bookmarks) return;
    const metadata = {
      resourceVersion: String(this.#store.version),
      ...(annotations && { annotations }),
    };
    this.#write('BOOKMARK', { ...this.#wish.blank, metadata });
  }

  freeze(): void {
    this.#kept ??= [];
  }

  thaw(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const act of kept) act();
  }

  drop(): void {
    cut(this.#response.socket);
  }

  end(): void {
    this.#do(() => this.#response.end());
  }

  /** False when the asked version is gone. */
  #begin(): boolean {
    const { from, table, tellsInitialEnd } = this.#wish;
    const before = from === undefined ? [] : this.#store.since(from);
    if (before === undefined) {
      this.#write('ERROR', failure(410, 'Expired', tooOld(from ?? 0, this.#store.oldest)));
      this.end();
      return false;
    }
    for (const thing of from === undefined ? this.#store.list(table) : [])
      if (this.#sees(thing)) this.#write('ADDED', this.#wish.show(thing));
    if (tellsInitialEnd) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
    for (const change of before) this.#tell(change);
    return true;
  }

  #follow(): void {
    const timeoutMs = this.#wish.timeoutMs ?? TIMEOUT_MS;
    this.#mine.push(
      this.#store.subscribe((change) => this.#tell(change)),
      this.#clock.at(this.#clock.now() + timeoutMs, () => this.end()),
    );
  }

  #tell({ type, resource, object, previous }: Change): void {
    if (resource !== this.#wish.table) return;
    const was = previous !== undefined && this.#sees(previous);
    const is = type !== 'DELETED' && this.#sees(object);
    if (is) this.#write(was ? 'MODIFIED' : 'ADDED', this.#wish.show(object));
    else if (was) this.#write('DELETED', this.#wish.show(lastSeen(type, object, previous)));
  }

  #sees(thing: Thing): boolean {
    const { asked, selects } = this.#wish;
    const here = asked.namespace === undefined || asked.namespace === thing.metadata.namespace;
    return here && selects(thing);
  }

  #write(type: string, object: unknown): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    // Between its end and the closing of the connection a stream is still told of changes.
    this.#do(() => this.#response.writableEnded || this.#response.write(line));
  }

  #do(act: () => void): void {
    if (this.#kept === undefined) act();
    else this.#kept.push(act);
  }

  #close(): void {
    for (const each of this.#mine.splice(0)) each[Symbol.dispose]();
    this.#over.resolve();
  }
}

/** An object that no longer matches the selector leaves as it was, at the version at which it left. */
function lastSeen(type: string, object: Thing, previous: Thing): Thing {
  if (type === 'DELETED') return object;
  const { resourceVersion } = object.metadata;
  return { ...previous, metadata: { ...previous.metadata, resourceVersion } };
}
