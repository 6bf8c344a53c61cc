/**
 * An ordered set whose first member is at hand: adding, removing the first and removing any member cost O(log n).
 * Refuses to know what it orders; members are compared only when they move, so an order must not change while inside.
 */
export class Heap<T extends object> {
  readonly #before: (a: T, b: T) => boolean;
  readonly #items: T[] = [];
  readonly #places = new Map<T, number>();

  /** `before` must be a strict total order: of two different members exactly one is before the other. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  first(): T | undefined {
    return this.#items[0];
  }

  /** A member is added once; adding it again changes nothing. */
  add(item: T): void {
    if (this.#places.has(item)) return;
    this.#rise(this.#items.length, item);
  }

  takeFirst(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(first);
    return first;
  }

  delete(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    const last = this.#items.pop();
    if (last !== undefined && last !== item) this.#settle(place, last);
    return true;
  }

  /** Puts an item into a hole: it belongs either above it or below it. */
  #settle(hole: number, item: T): void {
    this.#rise(hole, item);
    if (this.#items[hole] === item) this.#sink(hole, item);
  }

  #rise(hole: number, item: T): void {
    let place = hole;
    for (;;) {
      const abovePlace = (place - 1) >> 1;
      const above = this.#items[abovePlace];
      if (above === undefined || this.#before(above, item)) break;
      this.#put(place, above);
      place = abovePlace;
    }
    this.#put(place, item);
  }

  #sink(hole: number, item: T): void {
    let place = hole;
    for (;;) {
      const belowPlace = this.#firstBelow(place);
      const below = this.#items[belowPlace];
      if (below === undefined || this.#before(item, below)) break;
      this.#put(place, below);
      place = belowPlace;
    }
    this.#put(place, item);
  }

  #firstBelow(place: number): number {
    const leftPlace = 2 * place + 1;
    const left = this.#items[leftPlace];
    const right = this.#items[leftPlace + 1];
    if (left === undefined || right === undefined) return leftPlace;
    return this.#before(right, left) ? leftPlace + 1 : leftPlace;
  }

  #put(place: number, item: T): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }
}
