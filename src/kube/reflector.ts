/**
 * Keeps a store equal to what the API server holds, for ever: a paged list, then a watch from the list's version,
 * and again whenever that breaks. Promises that no failure ends it but its stop signal, that one unreadable object
 * or throwing handler harms nobody else, and that nothing is said after the stop.
 */
import { BACKOFF, backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { sleep } from '../runtime/clock.ts';
import { type Fault, faultOf } from '../runtime/fault.ts';
import { spreadOf } from '../runtime/spread.ts';
import { hasStatus, KubernetesError } from './faults.ts';
import { follow } from './follow.ts';
import { listAll, placeOf, type Scope, scopeCall } from './listing.ts';
import type { Change, Store } from './store.ts';
import type { Transport } from './transport.ts';
import { type WatchEvent, WatchUnreadable, watchEvents } from './watch-stream.ts';
import { type Identity, isLeap, isOlder, isRecord, type WireObject, wireObject } from './wire.ts';

/** What a reflector goes through; for logs and metrics. */
export type ReflectorNote =
  | { readonly kind: 'listed'; readonly objects: number }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly failures: number }
  /** The version is too old, or the stream was no sequence of events: a new list follows. */
  | { readonly kind: 'lost' }
  /** The cluster's versions went back, or skipped a great many: it was restored from a backup. */
  | { readonly kind: 'rewound' }
  | { readonly kind: 'leapt' }
  | { readonly kind: 'unreadable'; readonly place: string }
  | { readonly kind: 'handler-failed'; readonly error: unknown };

export interface ReflectorOptions<T> {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly scope: Scope;
  readonly store: Store<T>;
  /** Keeps what is needed of an object; throws for one that it cannot read. */
  readonly read: (object: WireObject) => T;
  readonly pageSize: number;
  /** Different for each replica, so that they do not reconnect together. */
  readonly seed: string;
  readonly onChange: (change: Change<T>) => void;
  readonly onNote: (note: ReflectorNote) => void;
}

const RECONNECT = { ...BACKOFF, initialMs: 1_000, maxMs: 30_000, multiplier: 2 };
/** After an end that is nobody's fault. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
const TERM_MS = 300_000;
/** A version that the server keeps refusing is given up. */
const REFUSALS_UNTIL_LIST = 3;

export class Reflector<T> {
  readonly synced: Promise<void>;
  /** Resolves when it is synced, or when it is known that it may not, or cannot, see what it watches; it goes on trying. */
  readonly settled: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #firstList = Promise.withResolvers<void>();
  readonly #firstWord = Promise.withResolvers<void>();
  #outOfSight: Fault | undefined;
  #version = '';
  /** False when `#version` must not be watched from. */
  #current = false;
  #failures = 0;
  /** The last failure was a lost version. */
  #lostBefore = false;
  #rounds = 0;
  #watching = new AbortController();
  #isWatching = false;
  /** The next list follows somebody else's finding. */
  #isWarned = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.synced = this.#firstList.promise;
    this.settled = this.#firstWord.promise;
    for (const promise of [this.synced, this.settled]) promise.catch(() => undefined);
  }

  /** Plural of what is watched. */
  get resource(): string {
    return this.#options.scope.route.plural;
  }

  /** Why nothing was listed yet, once the API server has refused it; undefined before, and as soon as there is a list. */
  get outOfSight(): Fault | undefined {
    return this.#outOfSight;
  }

  /** In a row; 0 while the watch is well. */
  get failures(): number {
    return this.#failures;
  }

  /** The newest version that a list, an event or a bookmark brought; "" before the first list. */
  lastSeenVersion(): string {
    return this.#version;
  }

  /** False while it lists, or pauses between two watches. */
  get isWatching(): boolean {
    return this.#isWatching;
  }

  /** Another reflector found that the cluster was restored: what this one holds may be of another time. */
  startOver(): void {
    this.#current = false;
    this.#isWarned = true;
    this.#watching.abort();
  }

  /** Resolves when stopped, never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.#round(signal);
      await sleep(this.#options.clock, pause, signal).catch(() => undefined);
    }
    for (const promise of [this.#firstList, this.#firstWord]) promise.reject(signal.reason);
  }

  /** One list, if needed, and one watch; how long to pause after it. */
  async #round(signal: AbortSignal): Promise<number> {
    this.#rounds += 1;
    try {
      if (this.#current && this.#failures > 0) await this.#checkRewound(signal);
      if (!this.#current) await this.#list(signal);
      await this.#watch(signal);
      this.#failures = 0;
      return this.#between(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
    } catch (thrown) {
      return signal.aborted ? 0 : this.#suffer(thrown);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { transport, scope, store, pageSize, read } = this.#options;
    const listing = await listAll(transport, scope, { pageSize, read }, signal);
    const rewound = isOlder(listing.version, this.#version);
    if (!this.#isWarned) this.#tellRestored(listing.version, rewound, signal);
    this.#isWarned = false;
    for (const place of listing.unreadable) this.#note({ kind: 'unreadable', place }, signal);
    this.#version = listing.version;
    this.#current = true;
    const { objects, unreadable, version } = listing;
    this.#tell(store.replaced(objects, unreadable, version, rewound), signal);
    this.#note({ kind: 'listed', objects: objects.length }, signal);
    this.#outOfSight = undefined;
    for (const promise of [this.#firstList, this.#firstWord]) promise.resolve();
  }

  #tellRestored(version: string, rewound: boolean, signal: AbortSignal): void {
    if (rewound) this.#note({ kind: 'rewound' }, signal);
    if (isLeap(version, this.#version)) this.#note({ kind: 'leapt' }, signal);
  }

  /** Ends as if nothing was wrong when it is told to start over. */
  async #watch(signal: AbortSignal): Promise<void> {
    const watching = new AbortController();
    this.#watching = watching;
    using _ = follow(signal, watching);
    this.#isWatching = true;
    try {
      await this.#takeAll(watching.signal);
    } catch (thrown) {
      if (signal.aborted || !watching.signal.aborted) throw thrown;
    } finally {
      this.#isWatching = false;
    }
  }

  async #takeAll(signal: AbortSignal): Promise<void> {
    const term = TERM_MS * (1 + this.#spread());
    const { scope } = this.#options;
    for await (const event of watchEvents(this.#options, scope, this.#version, term, signal)) {
      this.#failures = 0;
      this.#take(event, signal);
    }
  }

  #take({ type, object }: WatchEvent, signal: AbortSignal): void {
    const version = versionOf(object);
    if (type !== 'BOOKMARK') this.#tell(this.#changes(type, object, signal), signal);
    if (version !== '') this.#version = version;
  }

  #changes(
    type: Exclude<WatchEvent['type'], 'BOOKMARK'>,
    object: unknown,
    signal: AbortSignal,
  ): readonly Change<T>[] {
    const { store, read } = this.#options;
    try {
      const news = wireObject(object);
      return type === 'DELETED' ? store.vanished(identityOf(news)) : store.observed(read(news));
    } catch {
      this.#note({ kind: 'unreadable', place: placeOf(object) }, signal);
      return [];
    }
  }

  /**
   * A restored cluster accepts a watch from a version that it has not reached yet, and says nothing until it has.
   * So after a broken stream we look at where it is.
   */
  async #checkRewound(signal: AbortSignal): Promise<void> {
    const { transport, scope } = this.#options;
    const { json } = await transport.raw(scopeCall('list', scope, { limit: '1' }), signal);
    if (isOlder(versionOf(json), this.#version)) this.#current = false;
  }

  #suffer(thrown: unknown): number {
    const lost = thrown instanceof WatchUnreadable || hasStatus(thrown, 410);
    // A server that was down has forgotten our version when it comes back: that alone is no reason to wait for long.
    this.#failures = lost && !this.#lostBefore ? 1 : this.#failures + 1;
    this.#lostBefore = lost;
    const refusals = isRefusal(thrown) ? this.#failures : 0;
    this.#giveWay(thrown);
    if (lost) this.#options.onNote({ kind: 'lost' });
    else this.#options.onNote({ kind: 'failed', fault: faultOf(thrown), failures: this.#failures });
    if (lost || refusals >= REFUSALS_UNTIL_LIST) this.#current = false;
    const asked = faultOf(thrown).retryAfterMs ?? 0;
    return Math.max(asked, backoffMs(this.#failures, RECONNECT, this.#spread()));
  }

  /** Whoever waits for the first list need not wait for one that will not come. */
  #giveWay(thrown: unknown): void {
    if (this.#version !== '' || !isMissing(thrown)) return;
    this.#outOfSight = faultOf(thrown);
    this.#firstWord.resolve();
  }

  #tell(changes: readonly Change<T>[], signal: AbortSignal): void {
    for (const change of changes) {
      if (signal.aborted) return;
      try {
        this.#options.onChange(change);
      } catch (error) {
        this.#note({ kind: 'handler-failed', error }, signal);
      }
    }
  }

  #note(note: ReflectorNote, signal: AbortSignal): void {
    if (!signal.aborted) this.#options.onNote(note);
  }

  #spread(): number {
    const { seed, scope } = this.#options;
    return spreadOf(`${seed} ${scope.route.plural} ${scope.namespace ?? ''} ${this.#rounds}`);
  }

  #between(least: number, most: number): number {
    return least + (most - least) * this.#spread();
  }
}

/** The server answered, and will answer the same next time. */
function isRefusal(thrown: unknown): boolean {
  return (
    thrown instanceof KubernetesError && thrown.status >= 400 && thrown.fault.kind !== 'throttled'
  );
}

/** A right, or the kind itself: no use waiting for it. */
function isMissing(thrown: unknown): boolean {
  return hasStatus(thrown, 403) || hasStatus(thrown, 404);
}

function identityOf({ metadata }: WireObject): Identity {
  return { ...metadata, namespace: metadata.namespace ?? '' };
}

function versionOf(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const version = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof version === 'string' ? version : '';
}
