import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTick } from 'node:timers/promises';
import * as fc from 'fast-check';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { RecordingObserver } from '../../test/fakes/observer.ts';
import { LANES, type Lane } from './lanes.ts';
import type { Ref } from './ref.ts';
import { WorkQueue } from './work-queue.ts';

function ref(name: string, namespace = 'a'): Ref {
  return { kind: 'Thing', namespace, name };
}

/** Runs that end when the test says so. */
class Stage {
  readonly started: string[] = [];
  readonly lanes: Lane[] = [];
  readonly #open = new Map<string, () => void>();

  readonly run = async (one: Ref, lane: Lane): Promise<void> => {
    assert.ok(!this.#open.has(one.name), `${one.name} runs twice at once`);
    this.started.push(one.name);
    this.lanes.push(lane);
    await new Promise<void>((resolve) => this.#open.set(one.name, resolve));
  };

  get running(): readonly string[] {
    return [...this.#open.keys()];
  }

  async end(name: string): Promise<void> {
    const resolve = this.#open.get(name);
    this.#open.delete(name);
    resolve?.();
    await nextTick();
  }
}

function queueOf(concurrency: number): WorkQueue {
  const clock = new VirtualClock();
  return new WorkQueue({ concurrency, clock, observer: new RecordingObserver() });
}

function started(concurrency: number): { queue: WorkQueue; stage: Stage } {
  const queue = queueOf(concurrency);
  const stage = new Stage();
  queue.start(stage.run);
  return { queue, stage };
}

describe('a work queue', () => {
  it('collects until it is started', async () => {
    const queue = queueOf(1);
    const stage = new Stage();
    queue.add(ref('one'), { lane: 'first' });
    await nextTick();
    assert.deepEqual(queue.depth(), { renewal: 0, first: 1, refresh: 0 });
    queue.start(stage.run);
    await nextTick();
    assert.deepEqual(stage.started, ['one']);
    assert.deepEqual(queue.depth(), { renewal: 0, first: 0, refresh: 0 });
  });

  it('decides who is next when a slot is free, also among those added in one tick', async () => {
    const { queue, stage } = started(1);
    queue.add(ref('refresh'), { lane: 'refresh' });
    queue.add(ref('first'), { lane: 'first' });
    queue.add(ref('renewal'), { lane: 'renewal', dueAt: 5 });
    await nextTick();
    queue.add(ref('more urgent'), { lane: 'renewal', dueAt: 1 });
    await stage.end('renewal');
    await stage.end('more urgent');
    await stage.end('first');
    assert.deepEqual(stage.started, ['renewal', 'more urgent', 'first', 'refresh']);
    assert.deepEqual(stage.lanes, ['renewal', 'renewal', 'first', 'refresh']);
  });

  it('tells how long each key stood in line, by the lane it was drawn from', async () => {
    const clock = new VirtualClock();
    const waits: [string, number][] = [];
    const observer = new RecordingObserver();
    observer.observe = (_metric, seconds, labels) => {
      waits.push(['priority' in labels ? labels.priority : '', seconds]);
    };
    const queue = new WorkQueue({ concurrency: 1, clock, observer });
    const stage = new Stage();
    queue.add(ref('one'), { lane: 'refresh' });
    clock.advanceTo(clock.now() + 4_000);
    queue.add(ref('one'), { lane: 'first' });
    queue.add(ref('two'), { lane: 'refresh' });
    clock.advanceTo(clock.now() + 1_000);
    queue.start(stage.run);
    await nextTick();
    await stage.end('one');
    await stage.end('two');
    assert.deepEqual(waits, [
      ['first', 5],
      ['refresh', 1],
    ]);
  });

  it('merges equal keys, keeping the place, the more urgent lane and the earlier instant', async () => {
    const { queue, stage } = started(1);
    queue.add(ref('busy'), { lane: 'first' });
    await nextTick();
    queue.add(ref('one'), { lane: 'refresh' });
    queue.add(ref('two'), { lane: 'renewal', dueAt: 50 });
    queue.add(ref('one'), { lane: 'renewal', dueAt: 70 });
    queue.add(ref('one'), { lane: 'refresh', dueAt: 10 });
    assert.deepEqual(queue.depth(), { renewal: 2, first: 0, refresh: 0 });
    await stage.end('busy');
    await stage.end('one');
    await stage.end('two');
    await queue.idle();
    assert.deepEqual(stage.started, ['busy', 'one', 'two']);
  });

  it('does not send a waiting key to the end of the line when it is added again', async () => {
    const { queue, stage } = started(1);
    queue.add(ref('one'), { lane: 'refresh' });
    queue.add(ref('two'), { lane: 'refresh' });
    queue.add(ref('one'), { lane: 'refresh' });
    await nextTick();
    assert.deepEqual(stage.started, ['one']);
  });

  it('runs a key that was added while it ran once more, and only once', async () => {
    const { queue, stage } = started(2);
    queue.add(ref('one'), { lane: 'refresh' });
    await nextTick();
    queue.add(ref('one'), { lane: 'refresh' });
    queue.add(ref('one'), { lane: 'first' });
    queue.add(ref('one'), { lane: 'refresh' });
    await nextTick();
    assert.deepEqual(stage.started, ['one']);
    await stage.end('one');
    assert.deepEqual(stage.lanes, ['refresh', 'first']);
    await stage.end('one');
    await queue.idle();
    assert.deepEqual(stage.started, ['one', 'one']);
  });

  it('never runs more together than it may', async () => {
    const { queue, stage } = started(3);
    for (let i = 0; i < 10; i += 1) queue.add(ref(`t${i}`), { lane: 'refresh' });
    await nextTick();
    assert.deepEqual(stage.running, ['t0', 't1', 't2']);
    await stage.end('t1');
    assert.deepEqual(stage.running, ['t0', 't2', 't3']);
  });

  it('starts nothing while paused, collects, and is idle when what ran is over', async () => {
    const { queue, stage } = started(1);
    queue.add(ref('one'), { lane: 'refresh' });
    await nextTick();
    queue.pause();
    queue.add(ref('two'), { lane: 'refresh' });
    const idle = queue.idle();
    await stage.end('one');
    await idle;
    assert.deepEqual(stage.started, ['one']);
    queue.resume();
    await nextTick();
    assert.deepEqual(stage.started, ['one', 'two']);
  });

  it('draws nothing for a slot that it asked for before it was paused', async () => {
    const { queue, stage } = started(1);
    queue.add(ref('one'), { lane: 'refresh' });
    queue.pause();
    await nextTick();
    assert.deepEqual(stage.started, []);
    queue.resume();
    await nextTick();
    assert.deepEqual(stage.started, ['one']);
  });

  it('stops when the runs under way are over, and forgets the rest', async () => {
    const { queue, stage } = started(1);
    queue.add(ref('one'), { lane: 'refresh' });
    queue.add(ref('two'), { lane: 'refresh' });
    await nextTick();
    const stopping = queue.stop();
    const late = nextTick('still running');
    assert.equal(await Promise.race([stopping, late]), 'still running');
    await stage.end('one');
    await stopping;
    queue.resume();
    await nextTick();
    assert.deepEqual(stage.started, ['one']);
    assert.deepEqual(queue.depth(), { renewal: 0, first: 0, refresh: 0 });
  });

  it('holds a hundred thousand keys, serves them by namespace in turn, and stops among them', async () => {
    const queue = queueOf(32);
    for (let i = 0; i < 100_000; i += 1) {
      queue.add(ref(`t${i}`, i < 99_000 ? 'noisy' : 'quiet'), { lane: 'refresh' });
    }
    assert.equal(queue.depth().refresh, 100_000);
    const seen = { noisy: 0, quiet: 0 };
    const isEnough = Promise.withResolvers<void>();
    queue.start(async ({ namespace }) => {
      seen[namespace === 'quiet' ? 'quiet' : 'noisy'] += 1;
      if (seen.noisy + seen.quiet === 2_000) isEnough.resolve();
    });
    await isEnough.promise;
    await queue.stop();
    assert.equal(seen.quiet, 1_000);
    assert.equal(queue.depth().refresh, 0);
  });
});

/** What a work queue promises, told with two sets. */
interface Model {
  readonly waiting: Set<string>;
  readonly running: Set<string>;
  readonly again: Set<string>;
  isPaused: boolean;
}

interface Real {
  readonly queue: WorkQueue;
  readonly stage: Stage;
  seen: number;
}

const CONCURRENCY = 2;

/** Every start must be of a key that waits and does not run; and no slot stays free while one may run. */
async function check(model: Model, real: Real): Promise<void> {
  await nextTick();
  for (const name of real.stage.started.slice(real.seen)) {
    assert.ok(model.waiting.delete(name), `${name} started without having been added`);
    assert.ok(!model.running.has(name), `${name} runs twice at once`);
    model.running.add(name);
  }
  real.seen = real.stage.started.length;
  assert.ok(model.running.size <= CONCURRENCY);
  if (!model.isPaused) assert.ok(model.running.size === CONCURRENCY || model.waiting.size === 0);
  const depth = real.queue.depth();
  assert.equal(depth.renewal + depth.first + depth.refresh, model.waiting.size);
}

class Add implements fc.AsyncCommand<Model, Real> {
  readonly name: string;
  readonly lane: Lane;
  constructor(name: string, lane: Lane) {
    this.name = name;
    this.lane = lane;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    if (model.running.has(this.name)) model.again.add(this.name);
    else model.waiting.add(this.name);
    real.queue.add(ref(this.name), { lane: this.lane });
    await check(model, real);
  }
  toString = (): string => `add ${this.name} ${this.lane}`;
}

class End implements fc.AsyncCommand<Model, Real> {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
  check = (model: Readonly<Model>): boolean => model.running.size > 0;
  async run(model: Model, real: Real): Promise<void> {
    const running = [...model.running];
    const name = running[this.index % running.length] ?? '';
    model.running.delete(name);
    if (model.again.delete(name)) model.waiting.add(name);
    await real.stage.end(name);
    await check(model, real);
  }
  toString = (): string => `end ${this.index}`;
}

class Gate implements fc.AsyncCommand<Model, Real> {
  readonly isPausing: boolean;
  constructor(isPausing: boolean) {
    this.isPausing = isPausing;
  }
  check = (): boolean => true;
  async run(model: Model, real: Real): Promise<void> {
    model.isPaused = this.isPausing;
    if (this.isPausing) real.queue.pause();
    else real.queue.resume();
    await check(model, real);
  }
  toString = (): string => (this.isPausing ? 'pause' : 'resume');
}

describe('a work queue under any sequence of adds, ends and pauses', () => {
  const name = fc.constantFrom('one', 'two', 'three', 'four', 'five');
  const commands = fc.commands(
    [
      fc.tuple(name, fc.constantFrom(...LANES)).map(([one, lane]) => new Add(one, lane)),
      fc.nat(5).map((index) => new End(index)),
      fc.boolean().map((isPausing) => new Gate(isPausing)),
    ],
    { maxCommands: 60 },
  );

  it('never runs a key twice at once, loses no add and leaves no slot free', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        await fc.asyncModelRun(() => {
          const model = { waiting: new Set<string>(), running: new Set<string>() };
          const real = { ...started(CONCURRENCY), seen: 0 };
          return { model: { ...model, again: new Set<string>(), isPaused: false }, real };
        }, sequence);
      }),
    );
  });
});
