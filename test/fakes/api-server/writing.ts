/**
 * Create, update, delete, with the rules that hold for every kind: preconditions, validation, status apart, no-op
 * updates, finalizers. Refuses to know HTTP, users and watches.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Admission, Verb } from './admission.ts';
import { type Kind, tableOf } from './kinds.ts';
import { born, doomed, grown, held, isFinished, merged, withName } from './lifetime.ts';
import { checkMetadata } from './metadata.ts';
import { assertOpen } from './namespaces.ts';
import { canonical, type Draft, same, type Thing } from './objects.ts';
import {
  assertCurrent,
  assertNamespace,
  assertPreconditions,
  type Manner,
  type Preconditions,
} from './preconditions.ts';
import { alreadyExists, type Cause, invalid, notFound, StatusError } from './status.ts';
import type { Store } from './store.ts';

export interface Place {
  readonly kind: Kind;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly subresource: string;
  readonly dryRun: boolean;
}

export class Writer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #admission: Admission;

  constructor(store: Store, clock: Clock, admission: Admission) {
    this.#store = store;
    this.#clock = clock;
    this.#admission = admission;
  }

  create(place: Place, input: Draft): Thing {
    const { kind, namespace } = place;
    assertNamespace(namespace, input);
    if ((input.metadata.resourceVersion ?? '') !== '')
      throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
    const named = withName(input);
    assertOpen(this.#store, kind, namespace, named.metadata.name ?? '');
    const thing = this.#judged(place, born(kind, namespace, named, this.#clock.now()), 'create');
    const present = this.#store.get(tableOf(kind), namespace, thing.metadata.name);
    if (present !== undefined) throw alreadyExists(kind, present.metadata);
    return place.dryRun ? thing : this.#store.put(tableOf(kind), thing);
  }

  /** `change` sees the current object and gives the whole new one. */
  update(place: Place, name: string, manner: Manner, change: (now: Thing) => Draft): Thing {
    const { kind, namespace, subresource } = place;
    const current = this.#store.get(tableOf(kind), namespace, name);
    if (current === undefined) throw notFound(kind, name);
    const wanted = change(current);
    assertNamespace(namespace, wanted);
    assertCurrent(kind, current, wanted, manner);
    const next = this.#judged(place, merged(kind, subresource, current, wanted), 'update', current);
    if (same(next, current)) return current;
    const thing = grown(kind, current, next);
    if (place.dryRun) return thing;
    if (!isFinished(thing)) return this.#store.put(tableOf(kind), thing);
    this.#store.remove(tableOf(kind), thing);
    return thing;
  }

  /** The object as it was left; `gone` is false while finalizers hold it. */
  delete(place: Place, name: string, only: Preconditions): { thing: Thing; gone: boolean } {
    const { kind, namespace, dryRun } = place;
    const current = this.#store.get(tableOf(kind), namespace, name);
    if (current === undefined) throw notFound(kind, name);
    assertPreconditions(kind, current, only);
    this.#admission.judge({ verb: 'delete', kind, object: current });
    const gone = held(kind, current).length === 0;
    if (dryRun) return { thing: current, gone };
    if (gone) return { thing: this.#store.remove(tableOf(kind), current), gone };
    if (current.metadata.deletionTimestamp !== undefined) return { thing: current, gone };
    const thing = this.#store.put(tableOf(kind), doomed(kind, current, this.#clock.now()));
    return { thing, gone };
  }

  /** Defaulted, pruned and found valid, or refused with 422. */
  #judged(place: Place, draft: Thing, verb: Verb, previous?: Thing): Thing {
    const { kind } = place;
    const prepared = kind.rules?.prepare?.(draft, previous) ?? draft;
    const shaped = kind.custom?.reading(place.version).shape(prepared) ?? prepared;
    const thing = canonical(shaped);
    const causes = findings(place, thing, previous);
    const group = kind.resource === 'events' ? '' : kind.group;
    if (causes.length > 0) throw invalid(group, kind.kind, thing.metadata.name, causes);
    this.#admission.judge({ verb, kind, object: thing });
    return thing;
  }
}

function findings(place: Place, thing: Thing, previous: Thing | undefined): Cause[] {
  const { kind, version, subresource } = place;
  const metadata = checkMetadata(thing, previous);
  const structural = kind.custom?.reading(version).check(thing, previous) ?? [];
  return [
    // Custom resources have their metadata validated twice on update, and it shows.
    ...(kind.custom && previous ? [...metadata, ...metadata] : metadata),
    ...structural.map((cause) => (subresource === 'status' ? fromStatus(cause) : cause)),
    ...(kind.rules?.check?.(thing, previous) ?? []),
  ].map((cause) => ({ reason: cause.reason, message: cause.message, field: cause.field ?? '' }));
}

/** Writes of a status are validated from the status down, and the message names the field from there. */
function fromStatus(cause: Cause): Cause {
  return { ...cause, message: cause.message.replace(/: status\.(\S+ in body)/, ': $1') };
}
