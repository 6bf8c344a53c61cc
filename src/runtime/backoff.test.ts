import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { BACKOFF, backoffMs, denserMs, Failures } from './backoff.ts';

const spread = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failures = fc.integer({ min: 1, max: 10_000 });

describe('backoff', () => {
  const middle: readonly (readonly [number, number])[] = [
    [1, 5_000],
    [2, 7_500],
    [3, 11_250],
    [7, 56_953],
    [8, 60_000],
    [5_000, 60_000],
  ];
  for (const [count, ms] of middle) {
    it(`is ${ms} ms in the middle after ${count} failures, as with VSO`, () => {
      assert.equal(backoffMs(count, BACKOFF, 0.5), ms);
    });
  }

  it('stays within its randomization around a delay between the first and the largest', () => {
    fc.assert(
      fc.property(failures, spread, (count, at) => {
        const delay = backoffMs(count, BACKOFF, at);
        assert.ok(delay >= 2_500 && delay <= 90_000);
      }),
    );
  });

  it('never shrinks with more failures', () => {
    fc.assert(
      fc.property(failures, spread, (count, at) => {
        assert.ok(backoffMs(count + 1, BACKOFF, at) >= backoffMs(count, BACKOFF, at));
      }),
    );
  });

  it('does not shrink with a multiplier below one either', () => {
    assert.equal(backoffMs(50, { ...BACKOFF, multiplier: 0.5 }, 0.5), 5_000);
  });
});

describe('trials before a deadline', () => {
  it('get denser towards it, never pass it, and are no storm', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e8 }), spread, (span, at) => {
        let left = span;
        let trials = 0;
        while (left > 0) {
          trials += 1;
          const delay = denserMs(backoffMs(trials, BACKOFF, at), left);
          assert.ok(delay > 0 && delay <= left);
          assert.ok(delay >= Math.min(1_000, left));
          left -= delay;
        }
        assert.equal(left, 0);
        assert.ok(trials <= 15 + span / 2_500);
      }),
    );
  });

  it('are of no concern when it has passed', () => {
    assert.equal(denserMs(5_000, 0), 5_000);
    assert.equal(denserMs(5_000, -1), 5_000);
  });
});

describe('failures', () => {
  it('are counted by key until forgotten', () => {
    const all = new Failures();
    assert.equal(all.count('a'), 0);
    assert.equal(all.add('a'), 1);
    assert.equal(all.add('a'), 2);
    assert.equal(all.count('b'), 0);
    all.forget('a');
    assert.equal(all.count('a'), 0);
  });
});
