/** A bare client for the tests of this server: one request and its answer, or a watch read event by event. */
import { createInterface } from 'node:readline';
import { Agent, type Dispatcher, request } from 'undici';
import { type Fields, fieldsOf } from './objects.ts';
import type { FakeApiServer } from './server.ts';

export interface Answer {
  readonly code: number;
  readonly body: Fields;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Asking {
  readonly send?: unknown;
  readonly type?: string;
  readonly token?: string;
}

/** The next event, or undefined when the stream has ended. Rejects when the connection was cut. */
export interface Watching {
  next(): Promise<Fields | undefined>;
  stop(): void;
}

export class Caller {
  readonly #server: FakeApiServer;
  readonly #agent = new Agent();

  constructor(server: FakeApiServer) {
    this.#server = server;
  }

  async ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    const { statusCode, headers, body } = await this.#send(method, path, asking);
    const text = await body.text();
    return { code: statusCode, headers, body: fieldsOf(JSON.parse(text)) };
  }

  async watch(path: string): Promise<Watching> {
    const { body } = await this.#send('GET', path, {});
    const lines = createInterface({ input: body })[Symbol.asyncIterator]();
    const failed = new Promise<never>((_resolve, reject) => body.on('error', reject));
    failed.catch(() => undefined);
    return {
      next: async () => {
        const { done, value } = await Promise.race([lines.next(), failed]);
        return done ? undefined : fieldsOf(JSON.parse(value));
      },
      stop: () => body.destroy(),
    };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #send(method: string, path: string, asking: Asking): Promise<Dispatcher.ResponseData> {
    const { send, type = 'application/json', token = this.#server.adminToken } = asking;
    return request(this.#server.url + path, {
      dispatcher: this.#agent,
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': type, 'user-agent': 'caller' },
      ...(send !== undefined && { body: JSON.stringify(send) }),
    });
  }
}
