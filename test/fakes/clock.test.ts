import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from './clock.ts';

describe('the virtual clock', () => {
  it('stands still until it is moved, and never goes back', () => {
    const clock = new VirtualClock(1000);
    clock.advanceTo(900);
    assert.equal(clock.now(), 1000);
    clock.advanceBy(500);
    assert.equal(clock.now(), 1500);
  });

  it('rings by instant, then in the order of setting, each alarm at its own time', () => {
    const clock = new VirtualClock(0);
    const rung: string[] = [];
    const ring = (name: string) => () => rung.push(`${name} at ${clock.now()}`);
    clock.at(20, ring('second'));
    clock.at(20, ring('third'));
    clock.at(10, ring('first'));
    clock.at(30, ring('too late'));
    clock.advanceTo(29);
    assert.deepEqual(rung, ['first at 10', 'second at 20', 'third at 20']);
    assert.equal(clock.now(), 29);
    assert.equal(clock.nextAlarm(), 30);
  });

  it('rings alarms that are set on the way', () => {
    const clock = new VirtualClock(0);
    const rung: number[] = [];
    clock.at(10, () => clock.at(15, () => rung.push(clock.now())));
    clock.advanceTo(20);
    assert.deepEqual(rung, [15]);
  });

  it('does not ring an alarm of the past before it is moved, nor move back for it', () => {
    const clock = new VirtualClock(100);
    let rung = 0;
    clock.at(50, () => {
      rung += 1;
    });
    assert.equal(rung, 0);
    assert.equal(clock.fireNext(), true);
    assert.equal(rung, 1);
    assert.equal(clock.now(), 100);
    assert.equal(clock.fireNext(), false);
  });

  it('forgets a disposed alarm', () => {
    const clock = new VirtualClock(0);
    const alarm = clock.at(10, () => assert.fail('rang'));
    alarm[Symbol.dispose]();
    assert.equal(clock.nextAlarm(), undefined);
    clock.advanceTo(20);
  });
});
