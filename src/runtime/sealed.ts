/**
 * A value that cannot print itself. Everything that came out of Vault, and every token, travels as Sealed
 * and is opened only at the line that sends it.
 */
import { inspect } from 'node:util';

const PRINTED = '[sealed]';

export class Sealed<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is sent or compared, and keep no copy. */
  open(): T {
    return this.#value;
  }

  map<U>(change: (value: T) => U): Sealed<U> {
    return new Sealed(change(this.#value));
  }

  toJSON(): string {
    return PRINTED;
  }

  toString(): string {
    return PRINTED;
  }

  [inspect.custom](): string {
    return PRINTED;
  }
}

export function seal<T>(value: T): Sealed<T> {
  return new Sealed(value);
}
