/**
 * How things went for each key that is looked at again and again: when it last went well, and how often it should be
 * looked at. Judges nothing, and forgets a key as soon as nothing more is expected of it, so it cannot grow for ever.
 */
import { keyOf, type Ref } from './ref.ts';

export interface Course {
  /** Epoch ms of the last run that went well; undefined when none has in this process. */
  readonly succeededAt: number | undefined;
  /** That instant, or else when the first failure was seen. */
  readonly since: number;
  /** Between two looks when all is well; undefined while that is not known. */
  readonly periodMs: number | undefined;
}

/** A key may be this many periods late. */
const PATIENCE = 2;

export class Journal {
  readonly #courses = new Map<string, Course>();

  /** `nextAt`: of the next look; undefined when there is none. */
  settled(ref: Ref, now: number, nextAt: number | undefined): void {
    if (nextAt === undefined) this.#courses.delete(keyOf(ref));
    else this.#courses.set(keyOf(ref), { succeededAt: now, since: now, periodMs: nextAt - now });
  }

  /** `nextAt`: of the look that is due whether or not this failure is tried again. */
  failed(ref: Ref, now: number, nextAt: number | undefined): void {
    const before = this.#courses.get(keyOf(ref));
    const periodMs = before?.periodMs ?? (nextAt === undefined ? undefined : nextAt - now);
    const { succeededAt, since = now } = before ?? { succeededAt: undefined };
    this.#courses.set(keyOf(ref), { succeededAt, since, periodMs });
  }

  of(ref: Ref): Course | undefined {
    return this.#courses.get(keyOf(ref));
  }
}

/** Nothing has gone well for more than twice the time between two looks. */
export function isOverdue({ since, periodMs }: Course, now: number): boolean {
  return periodMs !== undefined && now - since > PATIENCE * periodMs;
}
