import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { deadline, SystemClock, sleep } from './clock.ts';

describe('the system clock', () => {
  let steadyMs = 0;
  let wallMs = 0;
  const steps: number[] = [];
  let pending: { run: () => void } | undefined;

  function pass(ms: number): void {
    steadyMs += ms;
    wallMs += ms;
  }

  beforeEach(() => {
    steadyMs = 0;
    wallMs = performance.timeOrigin;
    steps.length = 0;
    pending = undefined;
    mock.method(performance, 'now', () => steadyMs);
    mock.method(globalThis.Date, 'now', () => wallMs);
    mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
      steps.push(ms);
      pending = { run };
      return pending;
    });
    mock.method(globalThis, 'clearTimeout', (timer: unknown) => {
      if (timer === pending) pending = undefined;
    });
  });

  afterEach(() => mock.restoreAll());

  it('goes on when the wall clock is set back', () => {
    const clock = new SystemClock();
    const before = clock.now();
    wallMs -= 3_600_000;
    steadyMs += 10;
    assert.equal(clock.now(), before + 10);
  });

  it('counts a jump of the wall clock as time passed, once', () => {
    const clock = new SystemClock();
    const before = clock.now();
    wallMs += 60_000;
    assert.equal(clock.now(), before + 60_000);
    pass(5);
    assert.equal(clock.now(), before + 60_005);
  });

  it('looks again at least every 30 s, so that the timer limit of 2^31 ms and sleeping hosts do no harm', () => {
    const clock = new SystemClock();
    let rung = 0;
    clock.at(clock.now() + 70_000, () => {
      rung += 1;
    });
    for (const step of [30_000, 30_000, 10_000]) {
      pass(step);
      pending?.run();
      if (step === 30_000) assert.equal(rung, 0);
    }
    pending?.run();
    assert.equal(rung, 1);
    assert.deepEqual(steps, [30_000, 30_000, 10_000, 0]);
  });

  it('is never early, although a timer may be', () => {
    const clock = new SystemClock();
    clock.at(clock.now() + 100, () => assert.fail('rang'));
    pass(99);
    pending?.run();
    assert.deepEqual(steps, [100, 1]);
  });

  it('wakes at once, but not inside the call, for an instant of the past', () => {
    const clock = new SystemClock();
    let rung = 0;
    clock.at(clock.now() - 5, () => {
      rung += 1;
    });
    assert.equal(rung, 0);
    pending?.run();
    assert.equal(rung, 1);
    assert.deepEqual(steps, [0]);
  });

  it('forgets a disposed alarm', () => {
    const clock = new SystemClock();
    clock.at(clock.now() + 5, () => assert.fail('rang'))[Symbol.dispose]();
    assert.equal(pending, undefined);
  });
});

describe('sleep', () => {
  it('ends when its time has come', async () => {
    const clock = new VirtualClock();
    const nap = sleep(clock, 100);
    clock.advanceBy(100);
    await nap;
    assert.equal(clock.nextAlarm(), undefined);
  });

  it("ends with the signal's reason, and leaves no alarm", async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const nap = sleep(clock, 100, stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(nap, { message: 'enough' });
    assert.equal(clock.nextAlarm(), undefined);
  });

  it('does not begin under an aborted signal', async () => {
    const clock = new VirtualClock();
    await assert.rejects(sleep(clock, 100, AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(clock.nextAlarm(), undefined);
  });
});

describe('deadline', () => {
  const forever = new AbortController().signal;

  it('aborts with a TimeoutError when its time has come', () => {
    const clock = new VirtualClock();
    const { signal } = deadline(clock, 100, forever);
    clock.advanceBy(99);
    assert.equal(signal.aborted, false);
    clock.advanceBy(1);
    assert.equal(signal.reason.name, 'TimeoutError');
  });

  it('aborts with its parent, for the same reason', () => {
    const parent = new AbortController();
    const { signal } = deadline(new VirtualClock(), 100, parent.signal);
    parent.abort(new Error('shutdown'));
    assert.equal(signal.reason.message, 'shutdown');
  });

  it('is aborted from the start under an aborted parent', () => {
    const { signal } = deadline(new VirtualClock(), 100, AbortSignal.abort());
    assert.equal(signal.aborted, true);
  });

  it('leaves nothing behind when it is disposed', () => {
    const clock = new VirtualClock();
    const parent = new AbortController();
    const limit = deadline(clock, 100, parent.signal);
    limit[Symbol.dispose]();
    parent.abort();
    clock.advanceBy(200);
    assert.equal(limit.signal.aborted, false);
  });
});
