import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { type PatchBatch, PatchBatches } from './patch-batches.ts';

function rig() {
  const clock = new VirtualClock();
  const batches = new PatchBatches(clock, 500);
  const sent: PatchBatch[] = [];
  const ends: (() => void)[] = [];
  /** Ends when the test calls `ends`. */
  const slow = (batch: PatchBatch): Promise<void> => {
    sent.push(batch);
    return new Promise((resolve) => ends.push(resolve));
  };
  const quick = (batch: PatchBatch): Promise<void> => {
    sent.push(batch);
    return Promise.resolve();
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advanceBy(ms);
    await turn();
    await turn();
  };
  return { clock, batches, sent, ends, slow, quick, pass };
}

const broken = (): Promise<void> => Promise.reject(new Error('broken'));

describe('patches that come together', () => {
  it('are one, and everyone hears of its end', async () => {
    const { batches, sent, quick, pass } = rig();
    const all = [
      batches.join('w', { a: '1' }, quick),
      batches.join('w', { b: '1' }, quick),
      batches.join('w', { a: '2' }, quick),
    ];
    await pass(499);
    assert.deepEqual(sent, []);
    await pass(1);
    await Promise.all(all);
    assert.deepEqual(sent, [{ a: '2', b: '1' }]);
  });

  it('of different objects do not wait for each other', async () => {
    const { batches, sent, ends, slow, pass } = rig();
    void batches.join('w', { a: '1' }, slow);
    await pass(500);
    void batches.join('x', { a: '1' }, slow);
    await pass(500);
    assert.equal(sent.length, 2);
    ends.forEach((end) => end());
  });

  it('of one object follow each other, and what comes meanwhile is one', async () => {
    const { batches, sent, ends, slow, pass } = rig();
    void batches.join('w', { a: '1' }, slow);
    await pass(500);
    void batches.join('w', { b: '1' }, slow);
    await pass(500);
    void batches.join('w', { c: '1' }, slow);
    await pass(5_000);
    assert.deepEqual(sent, [{ a: '1' }]);
    ends[0]?.();
    await pass(0);
    assert.deepEqual(sent, [{ a: '1' }, { b: '1', c: '1' }]);
    ends[1]?.();
  });

  it('fail together, and the next one is sent all the same', async () => {
    const { batches, sent, quick, pass } = rig();
    const failing = Promise.allSettled([
      batches.join('w', { a: '1' }, broken),
      batches.join('w', { b: '1' }, quick),
    ]);
    await pass(500);
    assert.deepEqual(
      (await failing).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    const next = batches.join('w', { c: '1' }, quick);
    await pass(500);
    await next;
    assert.deepEqual(sent, [{ c: '1' }]);
  });
});
