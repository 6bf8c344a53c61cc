import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock.ts';
import { Caller } from './caller.ts';
import { at, type Fields } from './objects.ts';
import { type FakeApiServer, startApiServer } from './server.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';
const secret = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
});

function told(event: Fields | undefined): unknown {
  return [event?.['type'], at(event, 'object', 'metadata', 'name')];
}

function version(event: Fields | undefined): unknown {
  return at(event, 'object', 'metadata', 'resourceVersion');
}

describe('watches', () => {
  let clock: VirtualClock;
  let server: FakeApiServer;
  let caller: Caller;
  beforeEach(async () => {
    clock = new VirtualClock();
    server = await startApiServer({ clock });
    caller = new Caller(server);
  });
  afterEach(async () => {
    await caller.close();
    await server.stop();
  });
  const fromNow = (more = '') =>
    caller.watch(`${SECRETS}?watch=true&resourceVersion=${server.latestVersion()}${more}`);

  it('get a bookmark each minute of the clock, when they take bookmarks', async () => {
    const watch = await fromNow('&allowWatchBookmarks=true');
    await server.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'elsewhere' } });
    clock.advanceBy(60_000);
    const event = await watch.next();
    assert.deepEqual([event?.['type'], version(event)], ['BOOKMARK', server.latestVersion()]);
  });

  it('learn the newest version by bookmarkAll, after everything before it', async () => {
    const watch = await fromNow('&allowWatchBookmarks=true');
    await server.apply(secret('a'));
    const newest = server.bookmarkAll();
    assert.deepEqual(told(await watch.next()), ['ADDED', 'a']);
    assert.equal(version(await watch.next()), newest);
  });

  it('say nothing more once they have ended, although the connection is not closed yet', async () => {
    const watch = await fromNow('&allowWatchBookmarks=true');
    server.watches.end();
    await server.apply(secret('late'));
    server.bookmarkAll();
    assert.equal(await watch.next(), undefined);
  });

  it('end when their timeoutSeconds have passed on the clock', async () => {
    const watch = await fromNow('&timeoutSeconds=30');
    clock.advanceBy(30_000);
    assert.equal(await watch.next(), undefined);
  });

  it('without timeoutSeconds end within the hour', async () => {
    const watch = await fromNow();
    clock.advanceBy(3_600_000);
    assert.equal(await watch.next(), undefined);
    assert.equal(clock.nextAlarm(), undefined);
  });

  it('are told 410 by an ERROR event when their version has been compacted', async () => {
    const old = server.latestVersion();
    await server.apply(secret('a'));
    server.compact();
    const watch = await caller.watch(`${SECRETS}?watch=true&resourceVersion=${old}`);
    const event = await watch.next();
    assert.partialDeepStrictEqual(event, {
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    assert.equal(await watch.next(), undefined);
  });

  it('fall silent while frozen, and catch up afterwards', async () => {
    const frozen = await fromNow();
    {
      using _ = server.watches.freeze({ resource: 'secrets' });
      await server.apply(secret('a'));
      const fresh = await caller.watch(`${SECRETS}?watch=true&resourceVersion=0`);
      assert.deepEqual(told(await fresh.next()), ['ADDED', 'a']);
    }
    assert.deepEqual(told(await frozen.next()), ['ADDED', 'a']);
  });

  it('break when dropped, and end cleanly when ended', async () => {
    const dropped = await fromNow();
    server.watches.drop();
    await assert.rejects(dropped.next());
    const ended = await fromNow();
    server.watches.end();
    assert.equal(await ended.next(), undefined);
  });

  it('are counted while they are open', async () => {
    const watch = await fromNow();
    assert.equal(server.watches.count({ resource: 'secrets' }), 1);
    assert.equal(server.watches.count({ resource: 'configmaps' }), 0);
    watch.stop();
  });

  it('expire the pages of a list with the history', async () => {
    await server.apply(secret('a'), secret('b'));
    const { body } = await caller.ask('GET', `${SECRETS}?limit=1`);
    await server.apply(secret('c'));
    server.compact();
    const next = String(at(body, 'metadata', 'continue'));
    const { code, body: status } = await caller.ask('GET', `${SECRETS}?limit=1&continue=${next}`);
    assert.deepEqual([code, status['reason']], [410, 'Expired']);
  });
});
