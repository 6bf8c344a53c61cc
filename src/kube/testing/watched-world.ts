/**
 * Kubernetes' list and watch over one kind, as a script for the scripted server: a history of events, pages of it,
 * and streams that a test can cut, freeze or corrupt. Real enough for a reflector; nothing else is served.
 */
import type { ServerResponse } from 'node:http';
import { failure, type Received, type Reply } from './scripted-server.ts';

interface Thing {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly data: Readonly<Record<string, string>>;
}

interface Happening {
  readonly version: number;
  readonly line: string;
}

export function byName(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}

export class WatchedWorld {
  version = 100;
  /** Watches from before this version are answered with 410. */
  forgottenBefore = 0;
  readonly streams = new Set<ServerResponse>();
  readonly #things = new Map<string, Thing>();
  readonly #history: Happening[] = [];
  #uids = 0;

  readonly script = (request: Received): Reply =>
    request.query.has('watch') ? this.watch(request) : this.list(request);

  set(name: string, value: string): Thing {
    const before = this.#things.get(name);
    const thing = this.#thing(name, value, before?.metadata.uid ?? this.#nextUid());
    this.#things.set(name, thing);
    this.#record(before === undefined ? 'ADDED' : 'MODIFIED', thing);
    return thing;
  }

  delete(name: string): void {
    const before = this.#things.get(name);
    if (before === undefined) throw new Error(`no ${name}`);
    this.#things.delete(name);
    this.version += 1;
    const metadata = { ...before.metadata, resourceVersion: String(this.version) };
    this.#record('DELETED', { ...before, metadata });
  }

  bookmark(): void {
    const metadata = { resourceVersion: String(this.version), creationTimestamp: null };
    this.say(`${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'ConfigMap', metadata } })}\n`);
  }

  /** As after restoring a backup: older, and without a memory of what was after it. */
  restore(version: number): void {
    this.version = version;
    this.#history.length = 0;
  }

  /** Every event after `version`, as a stream carries it. */
  since(version: number): string {
    return this.#history
      .filter((past) => past.version > version)
      .map((past) => past.line)
      .join('');
  }

  /** To every open stream. */
  say(text: string): void {
    for (const stream of this.streams) stream.write(text);
  }

  end(): void {
    for (const stream of this.streams) stream.end();
  }

  reset(): void {
    for (const stream of this.streams) stream.socket?.destroy();
  }

  /** What a reflector should hold. */
  contents(): Record<string, string> {
    return Object.fromEntries(
      [...this.#things.values()]
        .map((thing): [string, string] => [thing.metadata.name, thing.data['v'] ?? ''])
        .sort(byName),
    );
  }

  list({ query }: Received): Reply {
    const all = [...this.#things.values()];
    const limit = Number(query.get('limit') ?? all.length);
    const from = Number(query.get('continue') ?? 0);
    const next = from + limit < all.length ? { continue: String(from + limit) } : {};
    return {
      json: {
        kind: 'ConfigMapList',
        metadata: { resourceVersion: String(this.version), ...next },
        items: all.slice(from, from + limit),
      },
    };
  }

  watch({ query }: Received): Reply {
    const from = Number(query.get('resourceVersion'));
    if (from < this.forgottenBefore) return failure(410, 'Expired');
    return (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      response.write(this.since(from));
      this.streams.add(response);
      response.on('close', () => this.streams.delete(response));
    };
  }

  #record(type: string, object: Thing): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#history.push({ version: this.version, line });
    this.say(line);
  }

  #thing(name: string, value: string, uid: string): Thing {
    this.version += 1;
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'shop', uid, resourceVersion: String(this.version) },
      data: { v: value },
    };
  }

  #nextUid(): string {
    this.#uids += 1;
    return `uid-${this.#uids}`;
  }
}
