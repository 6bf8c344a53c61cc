/** Every revision of one object, as a watch of our own tells them: what was between two looks counts too. */
import { Agent, type Dispatcher, request } from 'undici';
import type { KubeObject } from '../stage/kube-admin.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

export interface Watched {
  readonly url: string;
  readonly caPem: string;
  readonly adminToken: string;
}

export class History {
  readonly changes: Change[] = [];
  readonly #stop = new AbortController();
  readonly #onChange: (change: Change) => void;
  #over = Promise.resolve();

  constructor(onChange: (change: Change) => void) {
    this.#onChange = onChange;
  }

  /** `path` is that of the collection. Resolves when the watch is on; an object that exists already is its first change. */
  static async of(
    server: Watched,
    path: string,
    name: string,
    onChange: (change: Change) => void = () => {},
  ): Promise<History> {
    const history = new History(onChange);
    const dispatcher = new Agent({ connect: { ca: server.caPem }, bodyTimeout: 0 });
    const selector = encodeURIComponent(`metadata.name=${name}`);
    const answer = await request(`${server.url}${path}?watch=true&fieldSelector=${selector}`, {
      dispatcher,
      headers: { authorization: `Bearer ${server.adminToken}` },
      signal: history.#stop.signal,
    });
    if (answer.statusCode !== 200) throw new Error(`watch of ${path}: ${answer.statusCode}`);
    history.#over = history.#follow(answer.body, dispatcher);
    // Told by close().
    history.#over.catch(() => {});
    return history;
  }

  /** Whether everything up to this state of the object was told; undefined stands for an object that is gone. */
  hasReached(object: KubeObject | undefined): boolean {
    const last = this.changes.at(-1);
    if (!object) return last === undefined || last.type === 'DELETED';
    return versionOf(last?.object) >= versionOf(object);
  }

  /** Throws when the watch ended by itself: then something may have been missed. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }

  async #follow(body: Dispatcher.ResponseData['body'], dispatcher: Agent): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of body.setEncoding('utf8')) {
        const lines = `${rest}${chunk}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#take(JSON.parse(line));
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
      return;
    } finally {
      await dispatcher.destroy();
    }
    throw new Error('the watch ended');
  }

  #take(change: Change): void {
    this.changes.push(change);
    this.#onChange(change);
  }
}

/** Versions of one cluster are numbers that grow. */
function versionOf(object: KubeObject | undefined): bigint {
  return BigInt(object?.metadata.resourceVersion ?? 0);
}
