import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { reflecting } from './testing/reflecting.ts';
import { failure } from './testing/scripted-server.ts';
import { WatchedWorld } from './testing/watched-world.ts';

function worldOf(...names: string[]): WatchedWorld {
  const world = new WatchedWorld();
  for (const name of names) world.set(name, '1');
  return world;
}

describe('the reflector', () => {
  it('lists in pages, then follows the watch', async () => {
    const world = worldOf('a', 'b', 'c');
    await using rigged = await reflecting(world, { pageSize: 2 });
    await rigged.reflector.synced;
    assert.deepEqual(rigged.contents(), world.contents());
    await rigged.until(() => world.streams.size === 1);
    world.set('a', '2');
    world.delete('b');
    world.set('d', '1');
    await rigged.until(() => rigged.reflector.lastSeenVersion() === String(world.version));
    assert.deepEqual(rigged.contents(), world.contents());
    assert.deepEqual(rigged.changes.slice(3), ['changed a', 'removed b', 'added d']);
    assert.deepEqual(
      rigged.server.requests.map(
        (request) => request.query.get('watch') ?? request.query.get('limit'),
      ),
      ['2', '2', 'true'],
    );
  });

  it('starts the list anew when its continue token expires, and is in step only then', async () => {
    const world = worldOf('a', 'b', 'c');
    let expired = false;
    await using rigged = await reflecting(world, {
      pageSize: 2,
      before: ({ query }) => {
        if (!query.has('continue') || expired) return undefined;
        expired = true;
        return failure(410, 'Expired');
      },
    });
    await rigged.until(() => rigged.notes.length === 1);
    assert.equal(rigged.contents()['a'], undefined);
    await rigged.inTime(() => rigged.notes.some((note) => note.kind === 'listed'));
    await rigged.reflector.synced;
    assert.deepEqual(rigged.contents(), world.contents());
  });

  it('moves with bookmarks, and comes back at the version of the last one', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world);
    await rigged.until(() => world.streams.size === 1);
    world.version = 900;
    world.bookmark();
    await rigged.until(() => rigged.reflector.lastSeenVersion() === '900');
    world.end();
    await rigged.until(() => world.streams.size === 0);
    await rigged.inTime(() => world.streams.size === 1);
    assert.equal(rigged.server.requests.at(-1)?.query.get('resourceVersion'), '900');
    assert.equal(rigged.server.requests.filter(({ query }) => !query.has('watch')).length, 1);
  });

  it('a stream that is cut after any number of bytes loses and repeats nothing', async () => {
    const world = worldOf('a', 'b');
    let cutAfter: number | undefined;
    await using rigged = await reflecting(world, {
      before: ({ query }) => {
        if (!query.has('watch') || cutAfter === undefined) return undefined;
        const bytes = cutAfter;
        cutAfter = undefined;
        return (response) => {
          const text = world.since(Number(query.get('resourceVersion')));
          response.write(text.slice(0, bytes));
          setImmediate(() => response.socket?.destroy());
        };
      },
    });
    await rigged.until(() => world.streams.size === 1);
    for (let bytes = 1; bytes < 550; bytes += 11) {
      const seen = rigged.changes.length;
      world.reset();
      await rigged.until(() => world.streams.size === 0);
      cutAfter = bytes;
      world.set('a', `cut ${bytes}`);
      world.delete('b');
      world.set('b', `cut ${bytes}`);
      await rigged.inTime(() => rigged.reflector.lastSeenVersion() === String(world.version));
      assert.deepEqual(rigged.contents(), world.contents());
      assert.deepEqual(rigged.changes.slice(seen), ['changed a', 'removed b', 'added b']);
      await rigged.inTime(() => world.streams.size === 1);
    }
  });

  for (const expire of ['by status', 'by event'] as const) {
    it(`a version that is too old (${expire}) leads to a new list, after a pause`, async () => {
      const world = worldOf('a', 'b', 'c');
      await using rigged = await reflecting(world);
      await rigged.until(() => world.streams.size === 1);
      const gone = failure(410, 'Expired').json;
      if (expire === 'by event') world.say(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`);
      world.reset();
      await rigged.until(() => world.streams.size === 0);
      world.set('a', '2');
      world.delete('b');
      world.delete('c');
      world.set('c', '1');
      world.forgottenBefore = world.version;
      await rigged.inTime(() => rigged.lists() === 2);
      assert.ok(rigged.notes.some((note) => note.kind === 'lost'));
      assert.deepEqual(rigged.changes.slice(3), ['changed a', 'removed c', 'added c', 'removed b']);
      assert.deepEqual(rigged.contents(), world.contents());
    });
  }

  it('an error event that is no 410 only costs the connection', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world);
    await rigged.until(() => world.streams.size === 1);
    world.say(`${JSON.stringify({ type: 'ERROR', object: failure(500, 'InternalError').json })}\n`);
    await rigged.until(() => rigged.notes.some((note) => note.kind === 'failed'));
    world.set('a', '2');
    await rigged.inTime(() => rigged.contents()['a'] === '2');
    assert.equal(rigged.lists(), 1);
  });

  it('a frozen stream is left after the silence of three bookmarks', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world);
    await rigged.watching();
    const [frozen] = world.streams;
    rigged.clock.advanceBy(199_000);
    await rigged.until(() => world.streams.size === 1);
    rigged.clock.advanceBy(2_000);
    await rigged.inTime(() => world.streams.size === 1 && !world.streams.has(frozen!));
  });

  it('a stream that speaks now and then is left alone', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world);
    await rigged.watching();
    const before = rigged.clock.now();
    for (let minute = 1; minute < 5; minute += 1) {
      rigged.clock.advanceTo(before + minute * 60_000);
      world.version += 1;
      world.bookmark();
      await rigged.until(() => rigged.reflector.lastSeenVersion() === String(world.version));
    }
    assert.equal(rigged.server.requests.length, 2);
  });

  it('what is no event ends the stream and leads to a list', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world);
    await rigged.until(() => world.streams.size === 1);
    world.say('{"type":"ADDED","object":\n');
    await rigged.inTime(() => rigged.lists() === 2);
  });

  it('an object that cannot be read harms nobody else, listed or watched', async () => {
    const world = worldOf('a', 'b');
    await using rigged = await reflecting(world, {
      before: ({ query }, count) => {
        if (count > 1 || query.has('watch')) return undefined;
        const bad = { metadata: { name: 'bad', namespace: 'shop' }, data: 7 };
        return {
          json: {
            metadata: { resourceVersion: String(world.version) },
            items: [bad, world.set('c', '1')],
          },
        };
      },
    });
    await rigged.reflector.synced;
    assert.deepEqual(rigged.notes[0], { kind: 'unreadable', place: 'shop/bad' });
    assert.deepEqual(rigged.contents(), { c: '1' });
    await rigged.until(() => world.streams.size === 1);
    world.say(`${JSON.stringify({ type: 'MODIFIED', object: { metadata: { name: 'c' } } })}\n`);
    world.set('c', '2');
    await rigged.until(() => rigged.contents()['c'] === '2');
  });

  it('a handler that throws is told of, and everyone else is served', async () => {
    const world = worldOf('a', 'b');
    await using rigged = await reflecting(world, {
      onChange: (change) => {
        if (change.kind === 'added' && change.now.name === 'a') throw new Error('handler');
      },
    });
    await rigged.reflector.synced;
    assert.deepEqual(rigged.changes, ['added a', 'added b']);
    assert.equal(rigged.notes[0]?.kind, 'handler-failed');
  });

  it('goes on for ever through refused and broken lists, at most 45 s apart', async () => {
    const world = worldOf('a');
    const at: number[] = [];
    let broken = true;
    await using rigged = await reflecting(world, {
      before: () => {
        at.push(rigged.clock.now());
        return broken ? failure(500, 'InternalError') : undefined;
      },
    });
    await rigged.inTime(() => at.length === 9);
    const pauses = at.slice(1).map((now, index) => now - at[index]!);
    assert.ok(pauses[0]! <= 2_000, String(pauses));
    assert.ok(Math.max(...pauses) <= 47_000, String(pauses));
    assert.ok(pauses.at(-1)! >= 15_000, String(pauses));
    broken = false;
    await rigged.inTime(() => rigged.contents()['a'] === '1');
  });

  it('lists soon when a server that was down for long has forgotten the version', async () => {
    const world = worldOf('a');
    let down = false;
    let upAt = 0;
    let listedAt = 0;
    await using rigged = await reflecting(world, {
      before: ({ query }) => {
        if (down) return (response) => response.socket?.destroy();
        if (query.has('limit') && query.get('limit') !== '1') listedAt = rigged.clock.now();
        return undefined;
      },
    });
    await rigged.watching();
    down = true;
    world.reset();
    await rigged.inTime(() => rigged.notes.length > 6);
    world.set('a', '2');
    world.forgottenBefore = world.version;
    down = false;
    await rigged.inTime(() => rigged.notes.some((note) => note.kind === 'lost'));
    upAt = rigged.clock.now();
    await rigged.inTime(() => rigged.lists() === 2);
    assert.ok(listedAt - upAt <= 2_000, `${listedAt - upAt} ms`);
  });

  it('waits as long as the server asks', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world, {
      before: (_, count) =>
        count === 1
          ? { ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '25' } }
          : undefined,
    });
    const before = rigged.clock.now();
    await rigged.inTime(() => rigged.contents()['a'] === '1');
    assert.ok(rigged.clock.now() - before >= 25_000);
  });

  it('a cluster that was restored from a backup is listed anew, and it is said', async () => {
    const world = worldOf('a', 'b');
    await using rigged = await reflecting(world);
    await rigged.until(() => world.streams.size === 1);
    world.reset();
    world.restore(50);
    world.delete('b');
    await rigged.inTime(() => rigged.lists() === 2);
    assert.ok(rigged.notes.some((note) => note.kind === 'rewound'));
    assert.deepEqual(rigged.contents(), { a: '1' });
    assert.equal(rigged.reflector.lastSeenVersion(), String(world.version));
  });

  it('a cluster whose versions skip a great many was restored too', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world);
    await rigged.until(() => world.streams.size === 1);
    world.reset();
    world.version += 1_000_000_000;
    world.forgottenBefore = world.version;
    await rigged.inTime(() => rigged.lists() === 2);
    assert.ok(rigged.notes.some((note) => note.kind === 'leapt'));
  });

  it('told to start over it lists anew at once, says nothing of a restore, and goes on', async () => {
    const world = worldOf('a', 'b');
    await using rigged = await reflecting(world);
    await rigged.until(() => world.streams.size === 1);
    world.restore(50);
    rigged.reflector.startOver();
    await rigged.inTime(() => rigged.lists() === 2 && world.streams.size === 1);
    const kinds = rigged.notes.map(({ kind }) => kind);
    assert.ok(!kinds.some((kind) => kind === 'rewound' || kind === 'failed'), kinds.join());
    world.set('c', '1');
    await rigged.until(() => rigged.contents()['c'] === '1');
  });

  it('says nothing after the stop, and a stop during a pause is heard', async () => {
    const world = worldOf('a');
    await using rigged = await reflecting(world);
    await rigged.until(() => world.streams.size === 1);
    const said = rigged.changes.length;
    world.set('a', '2');
    rigged.stop.abort();
    await rigged.running;
    assert.equal(rigged.changes.length, said);
    await using pausing = await reflecting(world, { before: () => failure(500, 'x') });
    await pausing.until(() => pausing.notes.length === 1);
    pausing.stop.abort();
    await pausing.running;
    await assert.rejects(pausing.reflector.synced);
    assert.equal(pausing.server.requests.length, 1);
  });
});
