import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RecordingObserver } from '../../test/fakes/observer.ts';
import { type EventNote, Events } from './events.ts';
import { rig } from './testing/rig.ts';
import { failure, type Received, type Reply } from './testing/scripted-server.ts';
import { site, until } from './testing/site.ts';
import { isRecord } from './wire.ts';

const MINUTE_MS = 60_000;
const note: EventNote = {
  about: {
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind: 'VaultStaticSecret',
    namespace: 'shop',
    name: 'db',
    uid: 'u1',
  },
  type: 'Warning',
  reason: 'VaultSealed',
  message: 'Vault is sealed.',
};

async function emitting(answer: (request: Received) => Reply = () => ({ json: {} })) {
  const rigged = await rig(answer);
  const observer = new RecordingObserver();
  const stop = new AbortController();
  const { transport, clock } = rigged;
  const events = new Events({ transport, clock, observer, signal: stop.signal });
  return {
    ...rigged,
    observer,
    stop,
    events,
    sent: (): Record<string, unknown>[] =>
      rigged.server.requests.map(({ method, body }) => ({ method, ...parsed(body) })),
    async settled(requests: number): Promise<void> {
      for (let turns = 0; rigged.reports.length < requests && turns < 10_000; turns += 1) {
        await turn();
      }
      for (let turns = 0; turns < 20; turns += 1) await turn();
      assert.equal(rigged.server.requests.length, requests);
    },
  };
}

function parsed(body: string): Record<string, unknown> {
  const json: unknown = JSON.parse(body);
  return isRecord(json) ? json : {};
}

describe('events', () => {
  it('are told at once, about the object and in its namespace', async () => {
    await using on = await emitting();
    on.events.emit(note);
    await on.settled(1);
    const [{ path } = { path: '' }] = on.server.requests;
    assert.equal(path, '/api/v1/namespaces/shop/events');
    const [event] = on.sent();
    assert.equal(event?.['reason'], 'VaultSealed');
    assert.equal(event?.['count'], 1);
    assert.equal(event?.['firstTimestamp'], '2026-01-01T00:00:00Z');
    assert.deepEqual(event?.['involvedObject'], note.about);
  });

  it('that repeat are one with a count, told anew after minutes', async () => {
    await using on = await emitting();
    on.events.emit(note);
    await on.settled(1);
    for (let minute = 1; minute < 6; minute += 1) {
      on.clock.advanceBy(MINUTE_MS);
      on.events.emit(note);
    }
    await on.settled(2);
    const [created, counted] = on.sent();
    assert.equal(created?.['method'], 'POST');
    assert.equal(counted?.['method'], 'PATCH');
    assert.deepEqual(counted, {
      method: 'PATCH',
      count: 6,
      lastTimestamp: '2026-01-01T00:05:00Z',
    });
  });

  it('that the API server forgot are told anew, with their count', async () => {
    await using on = await emitting(({ method, path }) =>
      method === 'PATCH'
        ? failure(404, 'NotFound', { details: { name: path.split('/').at(-1) } })
        : { json: {} },
    );
    on.events.emit(note);
    await on.settled(1);
    on.clock.advanceBy(5 * MINUTE_MS);
    on.events.emit(note);
    await on.settled(3);
    assert.deepEqual(
      on.sent().map(({ method, count }) => [method, count]),
      [
        ['POST', 1],
        ['PATCH', 2],
        ['POST', 2],
      ],
    );
  });

  it('of another object, reason or text are events of their own', async () => {
    await using on = await emitting();
    on.events.emit(note);
    on.events.emit({ ...note, about: { ...note.about, uid: 'u2' } });
    on.events.emit({ ...note, reason: 'VaultThrottled' });
    on.events.emit({ ...note, message: 'other' });
    await on.settled(4);
    const names = on.sent().map(({ metadata }) => JSON.stringify(metadata));
    assert.equal(new Set(names).size, 4);
  });

  it('of one object are at most 25 at once, and do not use up those of another', async () => {
    await using on = await emitting();
    for (let count = 0; count < 40; count += 1) on.events.emit({ ...note, message: `m${count}` });
    await on.settled(25);
    on.events.emit({ ...note, about: { ...note.about, uid: 'u2' } });
    await on.settled(26);
    on.clock.advanceBy(5 * MINUTE_MS);
    on.events.emit({ ...note, message: 'one more' });
    on.events.emit({ ...note, message: 'two more' });
    await on.settled(27);
  });

  it('that the API server does not take are dropped, and harm nobody', async () => {
    await using on = await emitting(() => failure(403, 'Forbidden'));
    on.events.emit(note);
    await on.settled(1);
    assert.deepEqual(
      on.observer.lines.map(({ level, sentence }) => [level, sentence]),
      [['debug', 'an event was dropped']],
    );
  });

  it('are not queued without bound when the API server does not answer', async () => {
    await using on = await emitting(() => () => undefined);
    for (let count = 0; count < 1_000; count += 1) {
      on.events.emit({ ...note, about: { ...note.about, uid: `u${count}` } });
    }
    while (on.server.requests.length < 16) await turn();
    on.clock.advanceBy(10_000);
    for (let turns = 0; turns < 2_000; turns += 1) await turn();
    assert.ok(on.server.requests.length <= 64, String(on.server.requests.length));
  });

  it('are not told after the stop', async () => {
    await using on = await emitting();
    on.stop.abort();
    on.events.emit(note);
    await on.settled(0);
  });

  it('have texts that Kubernetes takes', async () => {
    await using at = await site('events');
    const { transport, clock, namespace } = at;
    const observer = new RecordingObserver();
    const events = new Events({ transport, clock, observer, signal: new AbortController().signal });
    const about = { ...note.about, namespace, name: 'n'.repeat(253) };
    events.emit({ ...note, about, message: 'ü'.repeat(2_000) });
    await until('the event is answered', () => at.reports.length === 1);
    assert.equal(at.reports[0]?.code, 201);
  });
});
