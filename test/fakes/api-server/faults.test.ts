import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock.ts';
import { Caller } from './caller.ts';
import { type FakeApiServer, startApiServer } from './server.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';
const named = (name: string) => ({ send: { metadata: { name } } });

describe('planted trouble', () => {
  let server: FakeApiServer;
  let caller: Caller;
  beforeEach(async () => {
    server = await startApiServer({ clock: new VirtualClock() });
    caller = new Caller(server);
  });
  afterEach(async () => {
    await caller.close();
    await server.stop();
  });

  it('refuses with a status and a Retry-After, as many times as told', async () => {
    server.faults.plant({ verb: 'get' }, { status: 429, retryAfterSeconds: 7 }, 2);
    const first = await caller.ask('GET', `${SECRETS}/a`);
    assert.deepEqual([first.code, first.body['reason']], [429, 'TooManyRequests']);
    assert.equal(first.headers['retry-after'], '7');
    assert.equal((await caller.ask('GET', `${SECRETS}/a`)).code, 429);
    assert.equal((await caller.ask('GET', `${SECRETS}/a`)).code, 404);
  });

  it('strikes only what matches', async () => {
    server.addUser('other', 'other', ['system:masters']);
    server.faults.plant({ user: 'other', resource: 'secrets', name: 'a' }, { status: 503 });
    const codes = [
      await caller.ask('GET', `${SECRETS}/a`),
      await caller.ask('GET', `${SECRETS}/b`, { token: 'other' }),
      await caller.ask('GET', '/api/v1/namespaces/default/configmaps/a', { token: 'other' }),
      await caller.ask('GET', `${SECRETS}/a`, { token: 'other' }),
    ].map(({ code }) => code);
    assert.deepEqual(codes, [404, 404, 404, 503]);
  });

  it('strikes no more once disposed', async () => {
    {
      using _ = server.faults.plant({}, { status: 500 });
      assert.equal((await caller.ask('GET', SECRETS)).code, 500);
    }
    assert.equal((await caller.ask('GET', SECRETS)).code, 200);
  });

  it('cuts the connection before the request takes effect', async () => {
    server.faults.plant({ verb: 'create' }, { reset: 'before' }, 1);
    await assert.rejects(caller.ask('POST', SECRETS, named('a')));
    assert.equal(server.get('secrets', 'default', 'a'), undefined);
    assert.equal(server.record.all().at(-1)?.code, 0);
  });

  it('cuts the connection after the request took effect', async () => {
    server.faults.plant({ verb: 'create' }, { reset: 'after' }, 1);
    await assert.rejects(caller.ask('POST', SECRETS, named('a')));
    assert.equal(server.get('secrets', 'default', 'a')?.metadata.name, 'a');
  });

  it('parks a request before it takes effect, and does not count it as in flight', async () => {
    const parking = server.faults.park({ verb: 'create' });
    const asked = caller.ask('POST', SECRETS, named('a'));
    await parking.arrived;
    assert.deepEqual([parking.waiting, server.inFlight()], [1, 0]);
    assert.equal(server.get('secrets', 'default', 'a'), undefined);
    parking.release();
    assert.equal((await asked).code, 201);
  });

  it('parks a reply after its request took effect', async () => {
    const parking = server.faults.park({ verb: 'create' }, 'after');
    const asked = caller.ask('POST', SECRETS, named('a'));
    await parking.arrived;
    assert.equal(server.get('secrets', 'default', 'a')?.metadata.name, 'a');
    parking.release();
    assert.equal((await asked).code, 201);
  });

  it('answers from the past', async () => {
    await caller.ask('POST', SECRETS, named('a'));
    const version = Number(server.latestVersion());
    await caller.ask('DELETE', `${SECRETS}/a`);
    server.faults.plant({ resource: 'secrets' }, { stale: version });
    const { body } = await caller.ask('GET', SECRETS);
    assert.partialDeepStrictEqual(body, { metadata: { resourceVersion: String(version) } });
    assert.equal((await caller.ask('GET', `${SECRETS}/a`)).code, 200);
  });

  it('refuses a watch', async () => {
    server.faults.plant({ verb: 'watch' }, { status: 503 });
    assert.equal((await caller.ask('GET', `${SECRETS}?watch=true`)).code, 503);
  });
});
