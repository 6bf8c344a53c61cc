/**
 * What a watch says of an object while we write it ourselves. Promises to hold such news back until the write is over:
 * only then can be told whether it was our own.
 */
import { type Change, keyOf, type Place } from './store.ts';

interface UnderWay<T> {
  writes: number;
  held: Change<T>[];
}

/** One write of ours; dispose it when it is over. */
export interface OwnWrite extends Disposable {
  /** What was held back until now came from this write. */
  wasOurs(): void;
}

export class OwnWrites<T> {
  readonly #underWay = new Map<string, UnderWay<T>>();

  /** A write begins. `tell` is given what was held back, when the last write of this object is over. */
  begin(place: Place, tell: (change: Change<T>) => void): OwnWrite {
    const key = keyOf(place);
    const underWay = this.#underWay.get(key) ?? { writes: 0, held: [] };
    this.#underWay.set(key, underWay);
    underWay.writes += 1;
    return {
      wasOurs: () => {
        underWay.held = [];
      },
      [Symbol.dispose]: () => {
        underWay.writes -= 1;
        if (underWay.writes > 0) return;
        this.#underWay.delete(key);
        underWay.held.forEach(tell);
      },
    };
  }

  /** True when the news is held back; false when it can be told at once. */
  hold(place: Place, change: Change<T>): boolean {
    const underWay = this.#underWay.get(keyOf(place));
    underWay?.held.push(change);
    return underWay !== undefined;
  }
}
