/** A reflector at work on a watched world, with everything it said. */
import assert from 'node:assert/strict';
import { Reflector, type ReflectorNote } from '../reflector.ts';
import { type Change, Store } from '../store.ts';
import { type Identity, isRecord, type WireObject } from '../wire.ts';
import { rig } from './rig.ts';
import type { Script } from './scripted-server.ts';
import { byName, type WatchedWorld } from './watched-world.ts';

interface Thing extends Identity {
  readonly value: string;
}

const route = { group: '', version: 'v1', plural: 'configmaps' };

function read({ metadata, data }: WireObject): Thing {
  const value = isRecord(data) ? data['v'] : undefined;
  if (typeof value !== 'string') throw new TypeError('no value');
  const { name, namespace = '', uid, resourceVersion } = metadata;
  return { name, namespace, uid, resourceVersion, value };
}

export /** A reflector on a world; `script` may answer before the world does. */
async function reflecting(
  world: WatchedWorld,
  options: {
    readonly before?: (...args: Parameters<Script>) => ReturnType<Script> | undefined;
    readonly pageSize?: number;
    readonly onChange?: (change: Change<Thing>) => void;
  } = {},
) {
  const rigged = await rig(
    (request, count) => options.before?.(request, count) ?? world.script(request),
  );
  const store = new Store<Thing>((thing) => thing);
  const notes: ReflectorNote[] = [];
  const changes: string[] = [];
  const reflector = new Reflector<Thing>({
    transport: rigged.transport,
    clock: rigged.clock,
    scope: { route, namespace: undefined },
    store,
    read,
    pageSize: options.pageSize ?? 500,
    seed: 'test',
    onChange: (change) => {
      const thing = change.kind === 'removed' ? change.was : change.now;
      changes.push(`${change.kind} ${thing.name}`);
      options.onChange?.(change);
    },
    onNote: (note) => notes.push(note),
  });
  const stop = new AbortController();
  const running = reflector.run(stop.signal);
  const contents = (): Record<string, string> =>
    Object.fromEntries(
      [...store.values()].map((thing): [string, string] => [thing.name, thing.value]).sort(byName),
    );
  return {
    ...rigged,
    reflector,
    notes,
    changes,
    contents,
    stop,
    running,
    lists: () => notes.filter((note) => note.kind === 'listed').length,
    /** Until the reflector has the headers of a watch. */
    async watching(): Promise<void> {
      await this.until(() => rigged.reports.some((it) => it.verb === 'watch' && it.code === 200));
    },
    /** Lets sockets, and nothing else, make progress until `reached` says so. */
    async until(reached: () => boolean): Promise<void> {
      for (let turns = 0; !reached(); turns += 1) {
        assert.ok(
          turns < 4_000,
          `not reached: ${JSON.stringify({ notes, changes, now: contents() })}`,
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    /** As `until`, and time passes too. */
    async inTime(reached: () => boolean): Promise<void> {
      for (let turns = 0; !reached(); turns += 1) {
        assert.ok(
          turns < 4_000,
          `not reached: ${JSON.stringify({ notes, changes, now: contents() })}`,
        );
        for (let settle = 0; settle < 5; settle += 1) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        rigged.clock.advanceBy(100);
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await rigged[Symbol.asyncDispose]();
    },
  };
}
