import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { VirtualClock } from '../../test/fakes/clock.ts';
import type { Ref } from './ref.ts';
import { type Intake, Scheduler } from './scheduler.ts';

function ref(name: string): Ref {
  return { kind: 'Thing', namespace: 'a', name };
}

/** A queue that writes down what is added, and when. */
class Notes implements Intake {
  readonly added: string[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  add: Intake['add'] = (one, { lane, dueAt }) => {
    this.added.push(`${this.#clock.now()} ${one.name} ${lane} ${dueAt}`);
  };
}

function setUp(): { clock: VirtualClock; notes: Notes; scheduler: Scheduler } {
  const clock = new VirtualClock(0);
  const notes = new Notes(clock);
  return { clock, notes, scheduler: new Scheduler(clock, notes) };
}

function takeDue(instants: Map<string, number>, nowMs: number): readonly string[] {
  const due = [...instants].filter(([, instant]) => instant <= nowMs);
  for (const [key] of due) instants.delete(key);
  return due.map(([key, instant]) => `${instant} ${key} refresh ${instant}`);
}

describe('a scheduler', () => {
  it('adds keys to the queue when their instants come, earliest first, then in the order of asking', () => {
    const { clock, notes, scheduler } = setUp();
    scheduler.at(ref('late'), 30, 'refresh');
    scheduler.at(ref('lease'), 20, 'renewal', 90);
    scheduler.at(ref('too'), 20, 'first');
    clock.advanceTo(40);
    assert.deepEqual(notes.added, ['20 lease renewal 90', '20 too first 20', '30 late refresh 30']);
    assert.equal(scheduler.size, 0);
  });

  it('keeps the latest decision about a key, also a later instant', () => {
    const { clock, notes, scheduler } = setUp();
    scheduler.at(ref('one'), 10, 'refresh');
    scheduler.at(ref('one'), 25, 'renewal');
    clock.advanceTo(100);
    assert.deepEqual(notes.added, ['25 one renewal 25']);
  });

  it('tells the instant of a key, until it has come', () => {
    const { clock, scheduler } = setUp();
    scheduler.at(ref('one'), 10, 'refresh');
    assert.deepEqual([scheduler.of(ref('one')), scheduler.of(ref('two'))], [10, undefined]);
    clock.advanceTo(10);
    assert.equal(scheduler.of(ref('one')), undefined);
  });

  it('moves a key only to an earlier instant when it is to be woken by one', () => {
    const { clock, notes, scheduler } = setUp();
    scheduler.at(ref('one'), 20, 'refresh');
    scheduler.wakeBy(ref('one'), 50, 'first');
    scheduler.at(ref('two'), 20, 'refresh');
    scheduler.wakeBy(ref('two'), 10, 'renewal', 15);
    scheduler.wakeBy(ref('three'), 5, 'first');
    clock.advanceTo(100);
    assert.deepEqual(notes.added, ['5 three first 5', '10 two renewal 15', '20 one refresh 20']);
  });

  it('forgets a cancelled key', () => {
    const { clock, notes, scheduler } = setUp();
    scheduler.at(ref('one'), 10, 'refresh');
    scheduler.cancel(ref('one'));
    scheduler.cancel(ref('unknown'));
    assert.equal(clock.nextAlarm(), undefined);
    clock.advanceTo(100);
    assert.deepEqual(notes.added, []);
  });

  it('adds a key of the past with the next alarm', () => {
    const { clock, notes, scheduler } = setUp();
    clock.advanceTo(50);
    scheduler.at(ref('one'), 10, 'refresh');
    assert.deepEqual(notes.added, []);
    clock.fireNext();
    assert.deepEqual(notes.added, ['50 one refresh 10']);
  });

  it('sets one alarm, at the earliest instant, however many keys it has', () => {
    const { clock, scheduler } = setUp();
    for (let i = 100_000; i > 0; i -= 1) scheduler.at(ref(`t${i}`), i * 1000, 'refresh');
    assert.equal(scheduler.size, 100_000);
    assert.equal(clock.nextAlarm(), 1000);
    clock.fireNext();
    assert.equal(clock.nextAlarm(), 2000);
    clock.at = () => assert.fail('the alarm was set anew for a later instant');
    scheduler.at(ref('later'), 3000, 'refresh');
  });

  it('holds no instant and no alarm once it is stopped, whatever a run under way still asks for', () => {
    const { clock, scheduler } = setUp();
    scheduler.at(ref('one'), 10, 'refresh');
    scheduler.stop();
    scheduler.at(ref('two'), 10, 'refresh');
    scheduler.wakeBy(ref('three'), 10, 'refresh');
    assert.equal(scheduler.size, 0);
    assert.equal(clock.nextAlarm(), undefined);
  });

  it('says the same as a list that is looked through, whatever is asked of it', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const act = fc.oneof(
      fc.record({ at: name, ms: fc.nat(50) }),
      fc.record({ wakeBy: name, ms: fc.nat(50) }),
      fc.record({ cancel: name }),
      fc.record({ advance: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const { clock, notes, scheduler } = setUp();
        const instants = new Map<string, number>();
        const due: string[] = [];
        for (const one of acts) {
          const now = clock.now();
          if ('at' in one) {
            scheduler.at(ref(one.at), now + one.ms, 'refresh');
            instants.set(one.at, now + one.ms);
          } else if ('wakeBy' in one) {
            scheduler.wakeBy(ref(one.wakeBy), now + one.ms, 'refresh');
            const before = instants.get(one.wakeBy) ?? Number.POSITIVE_INFINITY;
            instants.set(one.wakeBy, Math.min(before, now + one.ms));
          } else if ('cancel' in one) {
            scheduler.cancel(ref(one.cancel));
            instants.delete(one.cancel);
          } else {
            clock.advanceBy(one.advance);
            due.push(...takeDue(instants, clock.now()));
          }
          assert.deepEqual([...notes.added].sort(), [...due].sort());
          assert.equal(scheduler.size, instants.size);
        }
        const times = notes.added.map((line) => Number(line.split(' ')[0]));
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        );
      }),
    );
  });
});
