/**
 * How many HTTP calls of this process are under way, watches apart, as Node's own channels tell: so that a test can
 * wait until everything has been said, without a hook in the product.
 */
import { channel } from 'node:diagnostics_channel';

export class Traffic implements Disposable {
  readonly #open = new Set<object>();
  readonly #ends: (() => void)[] = [];

  constructor() {
    this.#on('undici:request:create', ({ request }) => {
      if (!String(request.path).includes('watch=')) this.#open.add(request);
    });
    for (const name of ['undici:request:trailers', 'undici:request:error'])
      this.#on(name, ({ request }) => this.#open.delete(request));
    this.#on('http.client.request.start', ({ request }) => {
      this.#open.add(request);
      request.once('close', () => this.#open.delete(request));
    });
  }

  get underWay(): number {
    return this.#open.size;
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends) end();
  }

  // eslint-disable-next-line typescript/no-explicit-any
  #on(name: string, listen: (message: any) => void): void {
    const subscriber = (message: unknown): void => listen(message);
    channel(name).subscribe(subscriber);
    this.#ends.push(() => channel(name).unsubscribe(subscriber));
  }
}
