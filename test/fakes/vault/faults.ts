/**
 * Faults put in the way of requests: another answer instead of the work, a connection cut before or after the work,
 * an answer that waits. The newest fault that fits a request wins; each applies a number of times or until removed.
 */
import type { RecordedRequest } from './record.ts';

export type Matcher = (request: RecordedRequest) => boolean;

export type Effect =
  /** Instead of the work. The body is sent as it is. */
  | { kind: 'answer'; status: number; body?: string; headers?: Readonly<Record<string, string>> }
  /** The connection is cut before the work. */
  | { kind: 'reset' }
  /** The work is done, then the connection is cut: committed, reply withheld. */
  | { kind: 'withhold' }
  /** Waits, before the work or between work and answer. */
  | { kind: 'hold'; done: boolean; released: Promise<void> }
  /** 200 and JSON that never ends. Instead of the work. */
  | { kind: 'endless' };

export interface Fault extends Disposable {
  /** How often it applied. */
  readonly hits: number;
}

export interface Held extends Fault {
  /** How many requests wait. */
  readonly waiting: number;
  /** Lets go those that wait, and holds no more. */
  release(): void;
}

/** `METHOD path`, where an asterisk is any text: `matching('GET database/creds/*')`. Any method without one. */
export function matching(pattern: string): Matcher {
  const [first = '', second] = pattern.split(' ');
  const [method, path] = second === undefined ? [undefined, first] : [first, second];
  const parts = path.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const fits = new RegExp(`^${parts.join('.*')}$`);
  return (request) =>
    (method === undefined || request.method === method) && fits.test(request.path);
}

interface Planted {
  readonly when: Matcher;
  readonly effect: Effect;
  left: number;
  hits: number;
}

export class Faults {
  #planted: Planted[] = [];

  /** Once unless `times` says otherwise. */
  plant(when: Matcher, effect: Effect, times = 1): Fault {
    const planted: Planted = { when, effect, left: times, hits: 0 };
    this.#planted.push(planted);
    return {
      get hits() {
        return planted.hits;
      },
      [Symbol.dispose]: () => {
        this.#planted = this.#planted.filter((each) => each !== planted);
      },
    };
  }

  /** All that fit, until released. `done`: the work is done before the answer waits. */
  hold(when: Matcher, { done = false } = {}): Held {
    const { promise, resolve } = Promise.withResolvers<void>();
    const fault = this.plant(
      when,
      { kind: 'hold', done, released: promise },
      Number.POSITIVE_INFINITY,
    );
    let released = 0;
    const release = (): void => {
      fault[Symbol.dispose]();
      released = fault.hits;
      resolve();
    };
    return {
      get hits() {
        return fault.hits;
      },
      get waiting() {
        return fault.hits - released;
      },
      release,
      [Symbol.dispose]: release,
    };
  }

  /** Counts as applied. */
  for(request: RecordedRequest): Effect | undefined {
    const planted = this.#planted.findLast((each) => each.left > 0 && each.when(request));
    if (!planted) return undefined;
    planted.left -= 1;
    planted.hits += 1;
    return planted.effect;
  }

  clear(): void {
    this.#planted = [];
  }
}
