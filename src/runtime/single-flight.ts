/**
 * Equal work at the same time is done once. Promises that everyone who asks while it is under way gets its one answer
 * or its one error, that nothing is kept afterwards, and that a caller who leaves takes nobody along; when all have
 * left, the work is aborted.
 */
interface Flight<T> {
  readonly landing: Promise<T>;
  readonly abort: AbortController;
  passengers: number;
}

export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** The work's answer or error; or, when `signal` aborts first, its reason. */
  async do(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.passengers += 1;
    try {
      return await beforeAbort(flight.landing, signal);
    } finally {
      flight.passengers -= 1;
      if (flight.passengers === 0 && this.#remove(key, flight)) flight.abort.abort();
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController();
    const landing = (async () => work(abort.signal))();
    const flight = { landing, abort, passengers: 0 };
    this.#flights.set(key, flight);
    // Who asks after the landing starts anew, even before the first passenger has got off.
    const land = (): boolean => this.#remove(key, flight);
    landing.then(land, land);
    return flight;
  }

  /** False when it has landed or was given up before. */
  #remove(key: string, flight: Flight<T>): boolean {
    return this.#flights.get(key) === flight && this.#flights.delete(key);
  }
}

async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
