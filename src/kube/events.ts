/**
 * Events about objects: told at once the first time, counted up while they repeat. Promises never to block or to
 * throw: what the API server does not take in time is dropped, because an event is a courtesy.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import { rfc3339 } from '../runtime/instant.ts';
import type { Observer } from '../runtime/observer.ts';
import type { Ref } from '../runtime/ref.ts';
import type { Route } from './api-call.ts';
import { isObjectMissing } from './faults.ts';
import { TokenBuckets } from './token-buckets.ts';
import type { Transport } from './transport.ts';

export interface EventNote {
  readonly about: Ref & { readonly uid: string; readonly apiVersion: string };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface EventsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly observer: Observer;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** An event that was told, and how often it came since. */
interface Told {
  readonly name: string;
  readonly namespace: string;
  readonly firstAt: number;
  toldAt: number;
  count: number;
}

const EVENTS: Route = { group: '', version: 'v1', plural: 'events' };
const COMPONENT = 'vault-lease-operator';
/** Repeats within this time are one event with a count. */
const SERIES_MS = 10 * 60_000;
/** A repeat is told no more often than this. */
const REPEAT_MS = 5 * 60_000;
const MOST_TOLD = 4_096;
const MOST_UNDER_WAY = 64;
const DEADLINE_MS = 10_000;
/** Kubernetes refuses longer ones. */
const LONGEST_MESSAGE = 1_024;

export class Events {
  readonly #options: EventsOptions;
  readonly #buckets: TokenBuckets;
  /** In the order of the last telling. */
  readonly #told = new Map<string, Told>();
  #underWay = 0;

  constructor(options: EventsOptions) {
    this.#options = options;
    this.#buckets = new TokenBuckets(options.clock);
  }

  emit(note: EventNote): void {
    const { clock, signal } = this.#options;
    const key = JSON.stringify([note.about.uid, note.type, note.reason, note.message]);
    const told = this.#told.get(key);
    const now = clock.now();
    if (told && now - told.toldAt < SERIES_MS) return this.#repeat(note, told, now);
    if (signal.aborted || this.#underWay >= MOST_UNDER_WAY) return;
    if (!this.#buckets.take(note.about.uid)) return;
    const fresh = { ...placeOf(note, now), firstAt: now, toldAt: now, count: 1 };
    this.#remember(key, fresh);
    this.#send(note, () => this.#create(note, fresh));
  }

  #repeat(note: EventNote, told: Told, now: number): void {
    told.count += 1;
    if (now - told.toldAt < REPEAT_MS || this.#underWay >= MOST_UNDER_WAY) return;
    told.toldAt = now;
    this.#send(note, () => this.#recount(note, told));
  }

  #remember(key: string, told: Told): void {
    this.#told.delete(key);
    this.#told.set(key, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_TOLD && oldest !== undefined) this.#told.delete(oldest);
  }

  #send(note: EventNote, write: () => Promise<unknown>): void {
    this.#underWay += 1;
    write()
      .catch((thrown: unknown) => {
        const { reason } = note;
        if (!this.#options.signal.aborted)
          this.#options.observer.log('debug', 'an event was dropped', { reason }, thrown);
      })
      .finally(() => {
        this.#underWay -= 1;
      });
  }

  #create(note: EventNote, told: Told): Promise<unknown> {
    const { transport, signal } = this.#options;
    const { about, type, reason, message } = note;
    const { kind, namespace, name, uid, apiVersion } = about;
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: told.name, namespace: told.namespace },
      involvedObject: { kind, namespace, name, uid, apiVersion },
      type,
      reason,
      message: message.slice(0, LONGEST_MESSAGE),
      source: { component: COMPONENT },
      reportingComponent: COMPONENT,
      reportingInstance: COMPONENT,
      firstTimestamp: rfc3339(told.firstAt),
      lastTimestamp: rfc3339(told.toldAt),
      count: told.count,
    };
    const call = { verb: 'create', route: EVENTS, namespace: told.namespace, body } as const;
    return transport.raw(call, signal, { deadlineMs: DEADLINE_MS });
  }

  /** The API server forgets events after an hour: then it is told anew. */
  async #recount(note: EventNote, told: Told): Promise<unknown> {
    const { transport, signal } = this.#options;
    const { namespace, name, count } = told;
    const body = { count, lastTimestamp: rfc3339(told.toldAt) };
    const call = { verb: 'patch', route: EVENTS, namespace, name, body } as const;
    try {
      return await transport.raw(call, signal, { deadlineMs: DEADLINE_MS });
    } catch (thrown) {
      if (!isObjectMissing(thrown, name)) throw thrown;
      return this.#create(note, told);
    }
  }
}

/** A name that no other event has: the object's, and a hash of what is said when. */
function placeOf({ about, type, reason, message }: EventNote, now: number) {
  const hash = createHash('sha256')
    .update(JSON.stringify([about.uid, type, reason, message, now]))
    .digest('hex');
  return { name: `${about.name.slice(0, 200)}.${hash.slice(0, 16)}`, namespace: about.namespace };
}
