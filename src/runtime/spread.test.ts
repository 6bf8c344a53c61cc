import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { around, refreshHorizonMs, spreadOf } from './spread.ts';

const spread = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a spread', () => {
  it('is the same for the same text, on every machine and after every restart', () => {
    assert.equal(spreadOf('VaultStaticSecret/a/b#1'), 0.7379803077823546);
  });

  it('lies in [0, 1)', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const place = spreadOf(text);
        assert.ok(place >= 0 && place < 1);
      }),
    );
  });

  it('is even for texts that differ in a digit: each tenth gets 6 to 14 percent of a thousand', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 1000; i += 1) {
      const tenth = Math.floor(spreadOf(`VaultStaticSecret/app/secret-${i}`) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) assert.ok(count > 60 && count < 140, String(tenths));
  });
});

describe('a spread span', () => {
  it('lies within its share of the span', () => {
    fc.assert(
      fc.property(
        fc.nat(1e9),
        fc.double({ min: 0, max: 1, noNaN: true }),
        spread,
        (ms, share, at) => {
          const span = around(ms, share, at);
          assert.ok(span >= Math.floor(ms * (1 - share)) && span <= Math.ceil(ms * (1 + share)));
        },
      ),
    );
  });

  it('of a refresh lies between 80 and 90 percent of the period', () => {
    fc.assert(
      fc.property(fc.nat(1e9), spread, (periodMs, at) => {
        const horizon = refreshHorizonMs(periodMs, at);
        assert.ok(horizon >= Math.floor(periodMs * 0.8) && horizon <= Math.ceil(periodMs * 0.9));
      }),
    );
  });
});
