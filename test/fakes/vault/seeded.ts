/** Random words that come in the same order in every run with the same seed. For a fake: nothing here is secret. */
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HEX = '0123456789abcdef';

export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  base62(length: number): string {
    return this.#word(BASE62, length);
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.#word(HEX, length)).join('-');
  }

  #word(letters: string, length: number): string {
    return Array.from({ length }, () => letters[this.#below(letters.length)]).join('');
  }

  /** Mulberry32. */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
}
