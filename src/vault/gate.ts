/**
 * How many calls to one endpoint are under way at once. Promises that urgent calls go first and always find room
 * beside slow ones, that calls of a class keep their order, and that one that is given up while waiting takes no place.
 */
export class Gate {
  readonly #places: number;
  /** Kept free of calls that are not urgent. */
  readonly #reserved: number;
  readonly #urgent: Waiter[] = [];
  readonly #others: Waiter[] = [];
  #inside = 0;

  constructor(places: number, reserved: number) {
    this.#places = places;
    this.#reserved = reserved;
  }

  /** Resolves when there is room; dispose to leave. Rejects with the signal's reason when that is aborted first. */
  async enter(urgent: boolean, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const line = urgent ? this.#urgent : this.#others;
    const waiter: Waiter = { admit: resolve };
    const giveUp = (): void => {
      const place = line.indexOf(waiter);
      if (place < 0) return;
      line.splice(place, 1);
      reject(signal.reason);
    };
    line.push(waiter);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#admit();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    return { [Symbol.dispose]: () => this.#leave() };
  }

  #leave(): void {
    this.#inside -= 1;
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#inside += 1;
      next.admit();
    }
  }

  #next(): Waiter | undefined {
    const free = this.#places - this.#inside;
    if (free > 0 && this.#urgent.length > 0) return this.#urgent.shift();
    return free > this.#reserved ? this.#others.shift() : undefined;
  }
}

interface Waiter {
  readonly admit: () => void;
}
