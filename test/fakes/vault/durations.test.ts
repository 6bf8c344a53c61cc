import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { durationOf, granted, printedDuration, type TtlWish } from './durations.ts';
import { Refusal } from './envelope.ts';
import { parseExact } from './json.ts';

describe('durations', () => {
  for (const [given, expected] of [
    [undefined, 0],
    ['', 0],
    [90, 90_000],
    ['90', 90_000],
    [parseExact('90'), 90_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1.5s', 1_500],
    ['250ms', 250],
  ] as const)
    it(`takes ${JSON.stringify(given)}`, () => {
      assert.equal(durationOf(given, 'ttl'), expected);
    });

  for (const given of ['soon', '1x', '1h 30m', true])
    it(`refuses ${JSON.stringify(given)}`, () => {
      assert.throws(() => durationOf(given, 'ttl'), Refusal);
    });

  it('are printed without parts that are zero', () => {
    const printed = [0, 8_000, 60_000, 90_000, 3_600_000, 3_661_000].map(printedDuration);
    assert.deepEqual(printed, ['0s', '8s', '1m', '1m30s', '1h', '1h1m1s']);
  });
});

describe('what is granted', () => {
  const hour = 3_600_000;
  const base: TtlWish = {
    now: hour,
    issuedAt: 0,
    limits: { defaultMs: hour, maxMs: 10 * hour },
  };

  for (const [what, wish, ttlMs, warned] of [
    ['what the mount says', {}, hour, 0],
    ['what the role says', { ttlMs: 120_000 }, 120_000, 0],
    ['what is asked, counted from now', { ttlMs: 120_000, incrementMs: 7_000 }, 7_000, 0],
    ['no more than the role’s maximum leaves', { incrementMs: 2 * hour, maxMs: 2 * hour }, hour, 1],
    ['no more than the mount’s maximum leaves', { incrementMs: 20 * hour }, 9 * hour, 1],
    [
      'no more than the token’s own maximum',
      { incrementMs: 9 * hour, explicitMaxMs: 3 * hour },
      2 * hour,
      1,
    ],
    ['the period, whatever is asked', { periodMs: 2 * hour, incrementMs: 5_000 }, 2 * hour, 0],
    ['the period, past the maximum', { periodMs: 2 * hour, now: 100 * hour }, 2 * hour, 0],
    ['no longer a period than the maximum', { periodMs: 20 * hour }, 10 * hour, 1],
    ['nothing past the maximum', { now: 10 * hour }, undefined, 0],
  ] as const)
    it(`is ${what}`, () => {
      const grant = granted({ ...base, ...wish });
      assert.equal(grant.ttlMs, ttlMs);
      assert.equal(grant.warnings.length, warned);
    });
});
