import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTick } from 'node:timers/promises';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { RecordingObserver } from '../../test/fakes/observer.ts';
import { Controller, type Outcome, type Reconcile, type ReconcileContext } from './controller.ts';
import { type Fault, FaultError, type FaultKind } from './fault.ts';
import type { Ref } from './ref.ts';
import { Scheduler } from './scheduler.ts';
import { WorkQueue } from './work-queue.ts';

const ONE: Ref = { kind: 'Thing', namespace: 'a', name: 'one' };
const START = 1_000_000;
/** Exactly VSO's first delay. */
const STEADY = { initialMs: 5_000, maxMs: 60_000, multiplier: 2, randomization: 0 };

interface Rig {
  readonly clock: VirtualClock;
  readonly queue: WorkQueue;
  readonly scheduler: Scheduler;
  readonly observer: RecordingObserver;
  readonly shutdown: AbortController;
  readonly controller: Controller;
  /** Of each run so far. */
  readonly contexts: ReconcileContext[];
  /** Instants of the runs, from the start. */
  readonly runs: number[];
}

function rig(reconcile: (context: ReconcileContext, rig: Rig) => Outcome | Promise<Outcome>): Rig {
  const clock = new VirtualClock(START);
  const observer = new RecordingObserver();
  const queue = new WorkQueue({ concurrency: 2, clock, observer });
  const scheduler = new Scheduler(clock, queue);
  const shutdown = new AbortController();
  const contexts: ReconcileContext[] = [];
  const runs: number[] = [];
  const run: Reconcile = async (_ref, context) => {
    contexts.push(context);
    runs.push(clock.now() - START);
    return reconcile(context, parts);
  };
  const controller = new Controller({
    clock,
    queue,
    scheduler,
    observer,
    reconcilers: { Thing: run },
    signal: shutdown.signal,
    backoff: STEADY,
  });
  const parts: Rig = {
    clock,
    queue,
    scheduler,
    observer,
    shutdown,
    controller,
    contexts,
    runs,
  };
  return parts;
}

/** Lets the controller work for so long, as the operator would. */
async function live(parts: Rig, ms: number): Promise<void> {
  parts.controller.start();
  const end = parts.clock.now() + ms;
  for (;;) {
    await parts.queue.idle();
    const next = parts.clock.nextAlarm();
    if (next === undefined || next > end) break;
    parts.clock.fireNext();
  }
  parts.clock.advanceTo(end);
}

function failed(kind: FaultKind, more: Partial<Fault> = {}): Outcome {
  return { kind: 'failed', fault: { kind, reason: 'Reason', message: 'message', ...more } };
}

function counted(parts: Rig, result: string): number | undefined {
  const labels = `controller="thing",result="${result}"`;
  return parts.observer.figures.get(`controller_runtime_reconcile_total{${labels}}`);
}

describe('a controller', () => {
  it('runs a changed object once, and no more when it is settled for good', async () => {
    const parts = rig(() => ({ kind: 'settled' }));
    parts.controller.changed(ONE);
    assert.deepEqual(parts.queue.depth(), { renewal: 0, first: 1, refresh: 0 });
    await live(parts, 3_600_000);
    assert.deepEqual(parts.runs, [0]);
    assert.equal(counted(parts, 'success'), 1);
    assert.equal(parts.clock.nextAlarm(), undefined);
  });

  it('looks again when the reconcile said so, each time', async () => {
    const parts = rig((_context, { clock }) => ({ kind: 'settled', nextAt: clock.now() + 10_000 }));
    parts.controller.changed(ONE, 'refresh');
    await live(parts, 25_000);
    assert.deepEqual(parts.runs, [0, 10_000, 20_000]);
    assert.equal(counted(parts, 'requeue_after'), 3);
  });

  it('queues the next look in its lane, ordered by the end of the lease', async () => {
    const parts = rig((_context, { clock }) => ({
      kind: 'settled',
      nextAt: clock.now() + 10_000,
      endsAt: clock.now() + 30_000,
      lane: 'renewal',
    }));
    await parts.controller.runOne(ONE);
    const added: unknown[] = [];
    parts.queue.add = (ref, urgency) => added.push([ref, urgency]);
    parts.clock.advanceBy(10_000);
    assert.deepEqual(added, [[ONE, { lane: 'renewal', dueAt: START + 30_000 }]]);
  });

  it('replaces an earlier decision by the new one', async () => {
    const parts = rig(() => ({ kind: 'settled' }));
    parts.scheduler.at(ONE, START + 50, 'refresh');
    await parts.controller.runOne(ONE);
    assert.equal(parts.scheduler.size, 0);
  });

  it('hears who asks for an earlier look while it runs', async () => {
    const parts = rig((_context, { clock, scheduler }) => {
      scheduler.wakeBy(ONE, clock.now() + 1_000, 'first');
      return { kind: 'settled', nextAt: clock.now() + 60_000 };
    });
    parts.controller.changed(ONE);
    await live(parts, 1_500);
    assert.deepEqual(parts.runs, [0, 1_000]);
  });

  it('tries a passing failure again with growing delays and tells the reconcile how often it failed', async () => {
    const parts = rig(() => failed('transient'));
    parts.controller.changed(ONE);
    await live(parts, 40_000);
    assert.deepEqual(parts.runs, [0, 5_000, 15_000, 35_000]);
    assert.deepEqual(
      parts.contexts.map((context) => context.attempt),
      [0, 1, 2, 3],
    );
    assert.equal(counted(parts, 'error'), 4);
  });

  it('forgets failures after a success', async () => {
    const parts = rig(({ attempt }, { runs, clock }) =>
      runs.length === 3
        ? { kind: 'settled', nextAt: clock.now() + 1_000 }
        : failed('transient', { message: String(attempt) }),
    );
    parts.controller.changed(ONE);
    await live(parts, 22_000);
    assert.deepEqual(parts.runs, [0, 5_000, 15_000, 16_000, 21_000]);
  });

  it('forgets failures when the object changes, and runs it at once', async () => {
    const parts = rig(() => failed('transient'));
    parts.controller.changed(ONE);
    await live(parts, 16_000);
    parts.controller.changed(ONE);
    await live(parts, 6_000);
    assert.deepEqual(parts.runs, [0, 5_000, 15_000, 16_000, 21_000]);
  });

  it('does not try a refused object again, and counts it as failed for good', async () => {
    const parts = rig(() => failed('refused'));
    parts.controller.changed(ONE);
    await live(parts, 86_400_000);
    assert.deepEqual(parts.runs, [0]);
    const terminal = 'controller_runtime_terminal_reconcile_errors_total{controller="thing"}';
    const errors = 'controller_runtime_reconcile_errors_total{controller="thing"}';
    assert.equal(parts.observer.figures.get(terminal), 1);
    assert.equal(parts.observer.figures.get(errors), 1);
  });

  it('does what is due anyway although the object is refused', async () => {
    const parts = rig((_context, { clock, runs }) =>
      runs.length > 1 ? { kind: 'settled' } : { ...failed('refused'), nextAt: clock.now() + 9_000 },
    );
    parts.controller.changed(ONE);
    await live(parts, 60_000);
    assert.deepEqual(parts.runs, [0, 9_000]);
  });

  it('takes the earlier of retry and what is due anyway', async () => {
    const parts = rig((_context, { clock }) => ({
      ...failed('transient'),
      nextAt: clock.now() + 3_000,
    }));
    parts.controller.changed(ONE);
    await live(parts, 7_000);
    assert.deepEqual(parts.runs, [0, 3_000, 6_000]);
  });

  it('tries more often towards the end of a lease, and once when it has come', async () => {
    const end = START + 20_000;
    const parts = rig((_context, { clock }) =>
      clock.now() >= end ? { kind: 'settled' } : { ...failed('transient'), retryBefore: end },
    );
    parts.controller.changed(ONE);
    await live(parts, 60_000);
    assert.equal(parts.runs.at(-1), 20_000);
    assert.ok(parts.runs.length > 8, String(parts.runs));
  });

  it('orders the trial of a renewal by the end of its lease', async () => {
    const parts = rig(() => ({
      ...failed('transient'),
      retryBefore: START + 90_000,
      lane: 'renewal',
    }));
    await parts.controller.runOne(ONE);
    const added: unknown[] = [];
    parts.queue.add = (_ref, urgency) => added.push(urgency);
    parts.clock.advanceBy(5_000);
    assert.deepEqual(added, [{ lane: 'renewal', dueAt: START + 90_000 }]);
  });

  it('turns what is thrown into a failure of this run alone, tried again in its lane', async () => {
    const parts = rig(() => {
      throw new FaultError({ kind: 'denied', reason: 'PermissionDenied', message: 'no' });
    });
    await parts.controller.runOne(ONE, 'renewal');
    const line = parts.observer.lines.find((one) => one.sentence === 'the reconcile failed');
    assert.equal(line?.level, 'warn');
    assert.equal(line?.keys['reason'], 'PermissionDenied');
    const added: unknown[] = [];
    parts.queue.add = (_ref, { lane }) => added.push(lane);
    parts.clock.advanceBy(5_000);
    assert.deepEqual(added, ['renewal']);
  });

  it('logs what nobody classified with the thrown thing, under the id of the reconcile', async () => {
    const bug = new TypeError('x is undefined');
    const parts = rig(() => {
      throw bug;
    });
    await parts.controller.runOne(ONE);
    const [line] = parts.observer.lines;
    assert.equal(line?.level, 'error');
    assert.equal(line.thrown, bug);
    const { reconcileID, ...keys } = line.keys;
    assert.deepEqual(keys, { controller: 'thing', namespace: 'a', name: 'one' });
    assert.equal(reconcileID, parts.contexts[0]?.reconcileId);
    assert.match(String(reconcileID), /^[0-9a-f-]{36}$/);
  });

  it('fails, and does not crash, on a kind that nobody reconciles', async () => {
    const parts = rig(() => assert.fail('ran'));
    await parts.controller.runOne({ ...ONE, kind: 'Unknown' });
    assert.equal(parts.observer.lines.at(-1)?.keys['reason'], 'InternalError');
  });

  it('gives up a run that takes too long, and says so', async () => {
    const parts = rig(async ({ signal }, { clock }) => {
      clock.advanceBy(120_000);
      signal.throwIfAborted();
      return { kind: 'settled' };
    });
    await parts.controller.runOne(ONE);
    const [line] = parts.observer.lines;
    assert.equal(line?.keys['reason'], 'DeadlineExceeded');
    assert.match(String(line.keys['message']), /120 s/);
    assert.equal(parts.scheduler.size, 1);
  });

  it('keeps the fault of a door that noticed the deadline itself', async () => {
    const parts = rig(async (_context, { clock }) => {
      clock.advanceBy(120_000);
      throw new FaultError({ kind: 'transient', reason: 'VaultTimeout', message: 'no answer' });
    });
    await parts.controller.runOne(ONE);
    assert.equal(parts.observer.lines[0]?.keys['reason'], 'VaultTimeout');
  });

  it('neither counts, logs nor repeats what a shutdown broke off', async () => {
    const parts = rig(async ({ signal }, { shutdown }) => {
      shutdown.abort();
      signal.throwIfAborted();
      return { kind: 'settled' };
    });
    await parts.controller.runOne(ONE);
    assert.deepEqual(parts.observer.lines, []);
    assert.equal(counted(parts, 'error'), undefined);
    assert.equal(parts.scheduler.size, 0);
  });

  it('forgets an object that is gone', async () => {
    const parts = rig(() => failed('transient'));
    await parts.controller.runOne(ONE);
    parts.controller.forget(ONE);
    assert.equal(parts.scheduler.size, 0);
    await parts.controller.runOne(ONE);
    assert.equal(parts.contexts[1]?.attempt, 0);
  });

  it('counts failures by their class, and keeps a journal of how things went', async () => {
    const outcomes: Outcome[] = [
      { kind: 'settled', nextAt: START + 60_000 },
      failed('throttled'),
      failed('denied'),
    ];
    const parts = rig(() => outcomes.shift() ?? assert.fail('ran too often'));
    await parts.controller.runOne(ONE);
    parts.clock.advanceBy(60_000);
    await parts.controller.runOne(ONE);
    await parts.controller.runOne(ONE);
    const { figures } = parts.observer;
    for (const [kind, count] of [
      ['throttled', 1],
      ['denied', 1],
      ['transient', undefined],
    ] as const) {
      const series = `vault_lease_operator_failures_total{controller="thing",class="${kind}"}`;
      assert.equal(figures.get(series), count, kind);
    }
    const { succeededAt, periodMs } = parts.controller.journal.of(ONE) ?? {};
    assert.deepEqual([succeededAt, periodMs], [START, 60_000]);
  });

  it('is stuck when a run is still under way long after its deadline', async () => {
    const hold = Promise.withResolvers<Outcome>();
    const parts = rig(() => hold.promise);
    assert.equal(parts.controller.isStuck(), false);
    const run = parts.controller.runOne(ONE);
    await nextTick();
    parts.clock.advanceBy(240_000);
    assert.equal(parts.controller.longestRunMs(), 240_000);
    assert.equal(parts.controller.isStuck(), false);
    parts.clock.advanceBy(1);
    assert.equal(parts.controller.isStuck(), true);
    hold.resolve({ kind: 'settled' });
    await run;
    assert.equal(parts.controller.isStuck(), false);
    assert.equal(parts.controller.longestRunMs(), 0);
  });

  it("uses VSO's backoff and two minutes unless told otherwise", async () => {
    const { clock, queue, scheduler, observer, shutdown } = rig(() => ({ kind: 'settled' }));
    const limits: number[] = [];
    const reconcile: Reconcile = async () => {
      limits.push((clock.nextAlarm() ?? 0) - START);
      return failed('transient');
    };
    const { signal } = shutdown;
    const options = {
      clock,
      queue,
      scheduler,
      observer,
      reconcilers: { Thing: reconcile },
      signal,
    };
    await new Controller(options).runOne(ONE);
    const next = (clock.nextAlarm() ?? 0) - START;
    assert.ok(next >= 2_500 && next <= 7_500, String(next));
    await new Controller({ ...options, deadlineMs: 1_000 }).runOne(ONE);
    assert.deepEqual(limits, [120_000, 1_000]);
  });

  it('measures every run', async () => {
    const parts = rig((_context, { clock }) => {
      clock.advanceBy(1_500);
      return { kind: 'settled' };
    });
    const seen: number[] = [];
    parts.observer.with = () =>
      Object.assign(parts.observer, { observe: (_: string, s: number) => seen.push(s) });
    await parts.controller.runOne(ONE);
    assert.deepEqual(seen, [1.5]);
  });
});
