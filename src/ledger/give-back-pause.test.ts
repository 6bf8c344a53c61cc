import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { seal } from '../runtime/sealed.ts';
import { GiveBackPause, PAUSE_LABELS, PAUSE_NAME } from './give-back-pause.ts';
import { MemoryRecords } from './memory-records.ts';

const QUIET_MS = 600_000;
const NOW = 1_767_225_600_000;
const { signal } = new AbortController();

describe('the pause of giving back', () => {
  let store: MemoryRecords;
  let pause: GiveBackPause;

  beforeEach(() => {
    store = new MemoryRecords();
    pause = new GiveBackPause(store, QUIET_MS);
  });

  async function begun(): Promise<void> {
    pause.suspect(NOW);
    await pause.look(NOW, signal);
  }

  const record = async (until: string): Promise<void> => {
    const stored = await store.read(PAUSE_NAME);
    const next = { name: PAUSE_NAME, labels: PAUSE_LABELS, data: seal({ until }) };
    await (stored ? store.replace(stored, next) : store.create(next));
  };

  it('lasts from the first sign on, before it is on record', () => {
    assert.equal(pause.until(NOW), undefined);
    pause.suspect(NOW);
    assert.equal(pause.until(NOW), NOW + QUIET_MS);
    assert.equal(pause.until(NOW + QUIET_MS), undefined);
  });

  it('is known to the next process', async () => {
    await begun();
    const next = new GiveBackPause(store, QUIET_MS);
    await next.look(NOW + 1_000, signal);
    assert.equal(next.until(NOW + 1_000), NOW + QUIET_MS);
  });

  it('ends when a person deletes the record', async () => {
    await begun();
    const stored = await store.read(PAUSE_NAME);
    assert.ok(stored);
    await store.remove(stored);
    assert.deepEqual(await pause.look(NOW + 1, signal), { kind: 'confirmed' });
    assert.equal(pause.until(NOW + 1), undefined);
    assert.deepEqual(await pause.look(NOW + 2, signal), { kind: 'none' });
  });

  it('ends with the quiet period, and leaves nothing behind', async () => {
    await begun();
    assert.equal((await pause.look(NOW + QUIET_MS - 1, signal)).kind, 'wait');
    assert.equal((await pause.look(NOW + QUIET_MS, signal)).kind, 'over');
    assert.equal(await store.read(PAUSE_NAME), undefined);
  });

  it('begins anew when the cluster is restored again, with the old record in it', async () => {
    await begun();
    const later = NOW + 5_000;
    pause.suspect(later);
    assert.equal(pause.until(later), later + QUIET_MS);
    await pause.look(later, signal);
    assert.equal(pause.until(later), later + QUIET_MS);
  });

  it('is as long as a person writes into the record', async () => {
    await begun();
    await record('2026-01-01T06:00:00Z');
    await pause.look(NOW + 1, signal);
    assert.equal(pause.until(NOW + 1), NOW + 6 * 3_600_000);
  });

  it('is over when the record says nothing that is a time', async () => {
    await begun();
    await record('tomorrow');
    assert.equal((await pause.look(NOW + 1, signal)).kind, 'over');
  });

  it('never comes with a quiet period of nothing', async () => {
    const none = new GiveBackPause(store, 0);
    none.suspect(NOW);
    assert.equal(none.until(NOW), undefined);
    assert.deepEqual(await none.look(NOW, signal), { kind: 'none' });
  });

  it('holds what was seen while it was looked at', async () => {
    pause.suspect(NOW);
    const looking = pause.look(NOW, signal);
    pause.suspect(NOW + 3);
    await looking;
    assert.equal(pause.until(NOW + 3), NOW + 3 + QUIET_MS);
  });
});
