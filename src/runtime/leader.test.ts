import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTick } from 'node:timers/promises';
import * as fc from 'fast-check';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { RecordingObserver } from '../../test/fakes/observer.ts';
import type { Clock } from './clock.ts';
import { FaultError, faultOf } from './fault.ts';
import { ALWAYS_LEADING, Leader, type Lock, type LockRecord, type LockWish } from './leader.ts';
import { LEASE_MS, type LeadershipState, RENEW_WITHIN_MS, RETRY_MS } from './leadership.ts';

const SECOND = 1_000;

function fault(reason: string, ambiguous = false): FaultError {
  return new FaultError({ kind: 'transient', reason, message: reason, ambiguous });
}

/** The lock where it is kept: every write needs the version that is there. */
class LockServer {
  record: LockRecord | undefined;
  #version = 0;

  create(wish: LockWish): LockRecord {
    if (this.record) throw fault('KubernetesConflict');
    return this.#keep(wish);
  }

  replace(over: LockRecord, wish: LockWish): LockRecord {
    if (this.record?.version !== over.version) throw fault('KubernetesConflict');
    return this.#keep(wish);
  }

  #keep({ holder, durationMs, transitions, acquiredAt }: LockWish): LockRecord {
    this.#version += 1;
    const version = String(this.#version);
    this.record = { holder, durationMs, transitions, acquiredAt, version };
    return this.record;
  }
}

/** A replica on a machine of its own: its clock is off, its process can be frozen, its network fails. */
class Replica implements Lock {
  readonly name: string;
  readonly leader: Leader;
  readonly observer = new RecordingObserver();
  readonly said: LeadershipState[] = [];
  /** Of one way; a call takes two. */
  delayMs = 10;
  network: 'up' | 'down' | 'loses-replies' = 'up';
  calls = 0;
  /** Beyond the end of a test: killed. */
  #frozenUntil = 0;
  readonly #world: VirtualClock;
  readonly #server: LockServer;
  readonly #stop = new AbortController();
  readonly #run: Promise<void>;

  constructor(name: string, aheadMs: number, world: VirtualClock, server: LockServer) {
    this.name = name;
    this.#world = world;
    this.#server = server;
    const clock: Clock = {
      now: () => world.now() + aheadMs,
      at: (whenMs, wake) => this.#at(whenMs - aheadMs, wake),
    };
    const onChange = (state: LeadershipState): void => void this.said.push(state);
    this.leader = new Leader({ lock: this, clock, me: name, observer: this.observer, onChange });
    this.#run = this.leader.run(this.#stop.signal);
  }

  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.now() + ms);
  }

  get isRunning(): boolean {
    return this.#world.now() >= this.#frozenUntil;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#run;
  }

  read(signal: AbortSignal): Promise<LockRecord | undefined> {
    return this.#call(signal, () => this.#server.record);
  }

  create(wish: LockWish, signal: AbortSignal): Promise<LockRecord> {
    return this.#call(signal, () => this.#server.create(wish));
  }

  replace(over: LockRecord, wish: LockWish, signal: AbortSignal): Promise<LockRecord> {
    return this.#call(signal, () => this.#server.replace(over, wish));
  }

  /** The request arrives even when nobody waits for its reply any more. */
  async #call<T>(signal: AbortSignal, act: () => T): Promise<T> {
    this.calls += 1;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    signal.addEventListener('abort', () => reject(fault('KubernetesUnavailable', true)));
    this.#world.at(this.#world.now() + this.delayMs, () => {
      if (this.network === 'down') return;
      try {
        const result = act();
        if (this.network === 'up')
          this.#at(this.#world.now() + this.delayMs, () => resolve(result));
      } catch (thrown) {
        reject(thrown);
      }
    });
    return promise;
  }

  /** A frozen process hears of nothing; it catches up when it thaws. */
  #at(whenMs: number, wake: () => void): Disposable {
    let alarm: Disposable;
    const ring = (): void => {
      if (this.isRunning) wake();
      else alarm = this.#world.at(this.#frozenUntil, ring);
    };
    alarm = this.#world.at(whenMs, ring);
    return { [Symbol.dispose]: () => alarm[Symbol.dispose]() };
  }
}

interface Cluster {
  readonly world: VirtualClock;
  readonly server: LockServer;
  /** Starts a replica whose clock is ahead by so much. */
  readonly start: (name: string, aheadMs?: number) => Promise<Replica>;
  readonly pass: (ms: number) => Promise<void>;
}

function cluster(afterEach: () => void = () => undefined): Cluster {
  const world = new VirtualClock();
  const server = new LockServer();
  return {
    world,
    server,
    start: async (name, aheadMs = 0) => {
      const replica = new Replica(name, aheadMs, world, server);
      await nextTick();
      return replica;
    },
    pass: async (ms) => {
      const until = world.now() + ms;
      await nextTick();
      for (;;) {
        const next = world.nextAlarm();
        if (next === undefined || next > until) break;
        world.fireNext();
        await nextTick();
        afterEach();
      }
      world.advanceTo(until);
    },
  };
}

describe('a single replica', () => {
  it('leads once its write has come back, and says so once', async () => {
    const { start, pass } = cluster();
    const one = await start('one');
    assert.equal(one.leader.state(), 'standby');
    assert.throws(() => one.leader.assertLeading(), /NotLeading/);
    await pass(30 * SECOND);
    one.leader.assertLeading();
    assert.deepEqual(one.said, ['leading']);
  });

  it('renews with one call each time, because it knows the lock from its own last write', async () => {
    const { start, pass, server } = cluster();
    const one = await start('one');
    await pass(RETRY_MS);
    const before = one.calls;
    await pass(10 * (RETRY_MS + 2 * one.delayMs));
    assert.equal(one.calls - before, 10);
    assert.equal(server.record?.transitions, 0);
  });

  it('keeps the instant at which it came to lead', async () => {
    const { start, pass, server, world } = cluster();
    const startedAt = world.now();
    await start('one');
    await pass(60 * SECOND);
    assert.ok((server.record?.acquiredAt ?? 0) - startedAt < SECOND);
  });

  it('lapses when it cannot renew in time, and leads again when it can', async () => {
    const { start, pass } = cluster();
    const one = await start('one');
    await pass(5 * SECOND);
    one.network = 'down';
    await pass(RENEW_WITHIN_MS + RETRY_MS);
    assert.equal(one.leader.state(), 'lapsed');
    const caught = captured(() => one.leader.assertLeading());
    assert.deepEqual([faultOf(caught).reason, faultOf(caught).kind], ['NotLeading', 'transient']);
    await pass(60 * SECOND);
    one.network = 'up';
    await pass(RENEW_WITHIN_MS);
    assert.deepEqual(one.said, ['leading', 'lapsed', 'leading']);
  });

  it('reads again after a renewal whose reply was lost, instead of losing every race with itself', async () => {
    const { start, pass } = cluster();
    const one = await start('one');
    await pass(5 * SECOND);
    one.network = 'loses-replies';
    await pass(RETRY_MS + SECOND);
    one.network = 'up';
    await pass(60 * SECOND);
    assert.deepEqual(one.said, ['leading']);
  });

  it('logs why leadership is not settled, and never that it was stopped', async () => {
    const { start, pass } = cluster();
    const one = await start('one');
    one.network = 'down';
    await pass(10 * SECOND);
    const told = one.observer.lines.filter(({ sentence }) => sentence.includes('not settled'));
    assert.ok(told.length > 0 && told.every(({ keys }) => keys['reason'] !== undefined));
    await one.stop();
    assert.equal(
      one.observer.lines.filter(({ sentence }) => sentence.includes('not settled')).length,
      told.length,
    );
  });

  it('leads always when it is the only one by configuration', () => {
    assert.equal(ALWAYS_LEADING.state(), 'leading');
    assert.doesNotThrow(() => ALWAYS_LEADING.assertLeading());
  });
});

async function two(): Promise<Cluster & { readonly one: Replica; readonly other: Replica }> {
  const made = cluster();
  const one = await made.start('one');
  await made.pass(SECOND);
  const other = await made.start('other');
  await made.pass(20 * SECOND);
  return { ...made, one, other };
}

describe('two replicas', () => {
  it('are one leader and one that stands by, however long', async () => {
    const { one, other, pass } = await two();
    await pass(600 * SECOND);
    assert.deepEqual([one.said, other.said], [['leading'], []]);
  });

  it('change places 15 s after the last sign of life, a retry early or late', async () => {
    const { one, other, pass, server } = await two();
    one.freeze(3_600 * SECOND);
    await pass(LEASE_MS - RETRY_MS - SECOND);
    assert.equal(other.leader.state(), 'standby');
    await pass(2 * RETRY_MS + SECOND);
    assert.equal(other.leader.state(), 'leading');
    assert.equal(server.record?.transitions, 1);
  });

  it('change places at once when the leader stops', async () => {
    const { one, other, pass, server } = await two();
    const stopped = one.stop();
    await pass(RETRY_MS + SECOND);
    await stopped;
    assert.equal(one.leader.state(), 'standby');
    assert.equal(other.leader.state(), 'leading');
    assert.equal(server.record?.holder, 'other');
  });

  it('leave the lock alone when the one that stops does not lead', async () => {
    const { other, pass, server } = await two();
    const before = server.record;
    const stopped = other.stop();
    await pass(RETRY_MS / 2);
    await stopped;
    assert.equal(server.record?.holder, before?.holder);
  });

  it('are stopped within seconds when the lock cannot be released', async () => {
    const { one, pass } = await two();
    one.network = 'down';
    const first = await Promise.race([
      one.stop().then(() => 'stopped'),
      pass(RETRY_MS + SECOND).then(() => 'still waiting'),
    ]);
    assert.equal(first, 'stopped');
  });

  it('leave a lapsed leader nothing but renewals, and nothing at all once it has seen its successor', async () => {
    const { one, other, pass } = await two();
    one.network = 'down';
    await pass(60 * SECOND);
    assert.deepEqual([one.leader.state(), other.leader.state()], ['lapsed', 'leading']);
    one.network = 'up';
    await pass(5 * SECOND);
    assert.deepEqual([one.leader.state(), other.leader.state()], ['standby', 'leading']);
    assert.deepEqual(one.said, ['leading', 'lapsed', 'standby']);
  });

  it('race for a lock that ran out, and one of them loses', async () => {
    const { start, pass } = cluster();
    const first = await start('first');
    await pass(SECOND);
    const racers = [await start('a'), await start('b'), await start('c')];
    await pass(10 * SECOND);
    first.freeze(3_600 * SECOND);
    await pass(60 * SECOND);
    assert.equal(racers.filter((racer) => racer.leader.state() === 'leading').length, 1);
  });

  it('race to make the first lock, and one of them loses', async () => {
    const { start, pass } = cluster();
    const racers = [await start('a'), await start('b')];
    await pass(SECOND);
    assert.deepEqual(racers.map((racer) => racer.leader.state()).sort(), ['leading', 'standby']);
  });
});

describe('any number of replicas', () => {
  const disturbance = fc.record({
    afterMs: fc.integer({ min: 0, max: 20 * SECOND }),
    who: fc.nat({ max: 2 }),
    what: fc.constantFrom('freeze', 'down', 'loses-replies', 'slow', 'up', 'stop' as const),
    ms: fc.integer({ min: 1, max: 40 * SECOND }),
  });
  const ahead = fc.integer({ min: -3_600 * SECOND, max: 3_600 * SECOND });

  it('never lead together, and one leads soon after the trouble is over', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(ahead, ahead, ahead),
        fc.array(disturbance, { maxLength: 8 }),
        async (skews, disturbances) => {
          const replicas: Replica[] = [];
          const leading = (): Replica[] =>
            replicas.filter((each) => each.isRunning && each.leader.state() === 'leading');
          const atMostOne = (): void => assert.ok(leading().length <= 1, 'two lead at once');
          const { start, pass } = cluster(atMostOne);
          for (const [index, skew] of skews.entries())
            replicas.push(await start(`replica-${index}`, skew));
          const stopped = new Set<Replica>();
          for (const { afterMs, who, what, ms } of disturbances) {
            await pass(afterMs);
            const replica = replicas[who] as Replica;
            if (what === 'stop' && stopped.size < 2) {
              stopped.add(replica);
              void replica.stop();
            }
            if (what === 'freeze') replica.freeze(ms);
            if (what === 'slow') replica.delayMs = ms / 4;
            if (what === 'up' || what === 'down' || what === 'loses-replies')
              replica.network = what;
            await nextTick();
            atMostOne();
          }
          for (const replica of replicas) {
            replica.network = 'up';
            replica.delayMs = 10;
          }
          await pass(80 * SECOND);
          assert.equal(leading().length, 1, 'nobody leads');
        },
      ),
      { numRuns: 100 },
    );
  });
});

function captured(act: () => void): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}
