/**
 * Trouble on demand: requests that match are refused, cut off before or after they took effect, parked until
 * released, or answered from the past. Refuses to know what the requests mean.
 */
import { qualified } from './status.ts';

/** All that is given must hold. */
export interface Match {
  readonly user?: string;
  readonly verb?: string | readonly string[];
  /** Qualified, as in `deployments.apps`. */
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface Asked {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface Refused {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly message?: string;
}

export type Fault =
  | Refused
  /** 'after': it took effect, and its reply is withheld. */
  | { readonly reset: 'before' | 'after' }
  /** Get and list answer as of this version: what a lagging replica of the API server would say. */
  | { readonly stale: number }
  | { readonly park: Parking };

interface Planted {
  readonly match: Match;
  readonly fault: Fault;
  left: number;
}

export class Faults {
  readonly #planted = new Set<Planted>();

  /** For the next `times` matching requests (all, unless told), until disposed. Earlier plantings go first. */
  plant(match: Match, fault: Fault, times = Number.POSITIVE_INFINITY): Disposable {
    const planted = { match, fault, left: times };
    this.#planted.add(planted);
    return { [Symbol.dispose]: () => this.#planted.delete(planted) };
  }

  /** Parks matching requests, before they take effect or with the reply in hand, until released. */
  park(match: Match, when: 'before' | 'after' = 'before'): Parking {
    const park = new Parking(when, () => this.#planted.delete(planted));
    const planted: Planted = { match, fault: { park }, left: Number.POSITIVE_INFINITY };
    this.#planted.add(planted);
    return park;
  }

  clear(): void {
    for (const { fault } of this.#planted) if ('park' in fault) fault.park.release();
    this.#planted.clear();
  }

  /** The fault for this request, counted as used. */
  take(asked: Asked): Fault | undefined {
    for (const planted of this.#planted) {
      if (planted.left < 1 || !matches(planted.match, asked)) continue;
      planted.left -= 1;
      return planted.fault;
    }
    return undefined;
  }
}

export class Parking {
  readonly when: 'before' | 'after';
  readonly #leave: () => void;
  readonly #gate = Promise.withResolvers<void>();
  readonly #first = Promise.withResolvers<void>();
  #waiting = 0;

  constructor(when: 'before' | 'after', leave: () => void) {
    this.when = when;
    this.#leave = leave;
  }

  /** Requests parked now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when the first request is parked. */
  get arrived(): Promise<void> {
    return this.#first.promise;
  }

  /** Lets the parked ones go, and parks no more. */
  release(): void {
    this.#leave();
    this.#gate.resolve();
  }

  async stay(): Promise<void> {
    this.#waiting += 1;
    this.#first.resolve();
    await this.#gate.promise;
    this.#waiting -= 1;
  }
}

export function matches(match: Match, asked: Asked): boolean {
  const verbs = match.verb === undefined ? undefined : [match.verb].flat();
  return (
    (verbs?.includes(asked.verb) ?? true) &&
    is(match.resource, qualified(asked)) &&
    is(match.user, asked.user) &&
    is(match.subresource, asked.subresource) &&
    is(match.namespace, asked.namespace ?? '') &&
    is(match.name, asked.name)
  );
}

function is(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found;
}
