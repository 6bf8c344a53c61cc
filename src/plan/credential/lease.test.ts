import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  dueAt,
  endOf,
  judgeRenewal,
  leasePhase,
  safetyMargin,
  spreadOf,
  tokenDue,
} from './lease.ts';

const HOUR = 3_600_000;
const span = fc.record({
  askedAt: fc.integer({ min: 0, max: 2 ** 45 }),
  ttlMs: fc.integer({ min: 1_000, max: 10 * 365 * 24 * HOUR }),
});
const percent = fc.integer({ min: -10, max: 110 });
const spread = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('dueAt', () => {
  const rows: readonly [string, number, number, number][] = [
    ['67 % of an hour without spread', 67, 0, 0.67 * HOUR],
    ['the spread is a tenth of what remains', 67, 0.5, (0.67 + 0.5 * 0.033) * HOUR],
    ['0 % is not at once, so nothing renews in a circle', 0, 0, 0.05 * HOUR],
    ['90 % is the most', 90, 0, 0.9 * HOUR],
    ['more than 90 % is 90 %', 200, 0, 0.9 * HOUR],
  ];
  for (const [name, pct, place, want] of rows)
    it(name, () =>
      assert.equal(dueAt({ askedAt: 5, ttlMs: HOUR }, pct, place), 5 + Math.floor(want)),
    );

  it('lies in the lease, and leaves the safety margin', () => {
    fc.assert(
      fc.property(span, percent, spread, (lease, pct, place) => {
        const due = dueAt(lease, pct, place);
        assert.ok(due > lease.askedAt);
        assert.ok(due < endOf(lease) - safetyMargin(lease.ttlMs));
      }),
    );
  });

  it('comes no earlier with a higher percentage or spread', () => {
    fc.assert(
      fc.property(span, percent, percent, spread, spread, (lease, p, q, s, t) => {
        const low = dueAt(lease, Math.min(p, q), Math.min(s, t));
        assert.ok(low <= dueAt(lease, Math.max(p, q), Math.max(s, t)));
      }),
    );
  });

  it('is when the lease is due, and the millisecond before it is not', () => {
    fc.assert(
      fc.property(span, percent, spread, (lease, pct, place) => {
        const due = dueAt(lease, pct, place);
        assert.equal(leasePhase(lease, due, due), 'due');
        assert.equal(leasePhase(lease, due, due - 1), 'fresh');
      }),
    );
  });

  it('of a token is at two thirds', () =>
    assert.equal(tokenDue({ askedAt: 0, ttlMs: HOUR }, 0), 0.67 * HOUR));
});

describe('leasePhase', () => {
  const lease = { askedAt: 0, ttlMs: HOUR };
  const rows: readonly [string, number, string][] = [
    ['is fresh at first', 0, 'fresh'],
    ['is due from its due time', 0.67 * HOUR, 'due'],
    ['is closing when only the margin is left', 0.95 * HOUR, 'closing'],
    ['has ended at its end', HOUR, 'ended'],
  ];
  for (const [name, now, want] of rows)
    it(name, () => assert.equal(leasePhase(lease, 0.67 * HOUR, now), want));
  it('has a margin of at most ten minutes', () => assert.equal(safetyMargin(720 * HOUR), 600_000));
});

const granted = (ttlMs: number, renewable = true) =>
  ({ kind: 'granted', askedAt: 7, ttlMs, renewable }) as const;

describe('judgeRenewal', () => {
  it('as long as at first: kept', () =>
    assert.deepEqual(judgeRenewal(HOUR, granted(HOUR)), {
      kind: 'kept',
      span: { askedAt: 7, ttlMs: HOUR },
      renewable: true,
    }));
  it('longer than at first: kept', () =>
    assert.equal(judgeRenewal(HOUR, granted(2 * HOUR)).kind, 'kept'));
  it('two thirds: kept', () =>
    assert.equal(judgeRenewal(HOUR, granted((2 / 3) * HOUR)).kind, 'kept'));
  it('less than two thirds: truncated, to be replaced while the rest lives', () =>
    assert.deepEqual(judgeRenewal(HOUR, granted(0.6 * HOUR)), {
      kind: 'truncated',
      span: { askedAt: 7, ttlMs: 0.6 * HOUR },
    }));
  it('kept for the last time: says that it is not renewable any more', () =>
    assert.deepEqual(judgeRenewal(HOUR, granted(HOUR, false)), {
      kind: 'kept',
      span: { askedAt: 7, ttlMs: HOUR },
      renewable: false,
    }));
  it('no such lease: gone', () =>
    assert.deepEqual(judgeRenewal(HOUR, { kind: 'gone', askedAt: 7 }), { kind: 'gone' }));

  it('near the maximum TTL a lease is renewed a few times more and then replaced, never in ever shorter steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), spread, (maxSeconds, place) => {
        const firstTtl = 60_000;
        const max = firstTtl + maxSeconds * 1_000;
        let lease = { askedAt: 0, ttlMs: firstTtl };
        let renewals = 0;
        for (;;) {
          const now = dueAt(lease, 67, place);
          const verdict = judgeRenewal(firstTtl, {
            kind: 'granted',
            askedAt: now,
            ttlMs: Math.min(firstTtl, max - now),
            renewable: true,
          });
          assert.notEqual(verdict.kind, 'gone');
          if (verdict.kind !== 'kept') break;
          assert.ok(verdict.span.ttlMs >= firstTtl / 2);
          lease = verdict.span;
          renewals += 1;
        }
        assert.ok(renewals <= max / (0.4 * firstTtl));
      }),
    );
  });
});

describe('spreadOf', () => {
  it('is the same for the same text, and below one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const place = spreadOf(text);
        assert.ok(place >= 0 && place < 1);
        assert.equal(spreadOf(text), place);
      }),
    );
  });
});
