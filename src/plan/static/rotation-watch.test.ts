import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  type Look,
  nextLookAt,
  olderAnswer,
  type RotationWatch,
  watched,
} from './rotation-watch.ts';

const AT = 1_000_000;
const POLL = 60_000;

function look(over: Partial<Look['rotation']> & { at?: number; source?: string } = {}): Look {
  const { at = AT, source = 'a', ...rotation } = over;
  return {
    source,
    askedAt: at,
    rotation: { last: 500, period: 60, schedule: '', ttl: 30, ...rotation },
  };
}

const seen = (...looks: readonly Look[]): RotationWatch => {
  const watch = looks.reduce<RotationWatch | undefined>(watched, undefined);
  if (!watch) throw new Error('at least one look');
  return watch;
};
const next = (watch: RotationWatch, now: number, pollMs = POLL) =>
  nextLookAt(watch, { now, pollMs, spread: 0.5 }) - now;

describe('a static role is looked at again', () => {
  const rows: readonly [string, RotationWatch, number, number][] = [
    ['a second after its rotation is due', seen(look()), AT, 31_000],
    ['now and then when that is far', seen(look({ ttl: 3600 })), AT, 51_000],
    ['in a second when it is due', seen(look({ ttl: 0 })), AT, 1_000],
    [
      'in growing steps while it does not show',
      seen(look({ ttl: 0 }), look({ ttl: 0, at: AT + 10_000 })),
      AT + 10_000,
      5_000,
    ],
    [
      'in steps of at most half a minute',
      seen(look({ ttl: 0 }), look({ ttl: 0, at: AT + 3_600_000 })),
      AT + 3_600_000,
      30_000,
    ],
    [
      'in steps when the TTL is reset and the rotation does not show',
      seen(look({ ttl: 2 }), look({ ttl: 3600, at: AT + 3_000 })),
      AT + 3_000,
      1_000,
    ],
    [
      'in steps for as long as it does not show',
      seen(
        look({ ttl: 2 }),
        look({ ttl: 3600, at: AT + 3_000 }),
        look({ ttl: 3590, at: AT + 12_000 }),
      ),
      AT + 12_000,
      5_000,
    ],
    [
      'at ease when the rotation shows',
      seen(look({ ttl: 2 }), look({ ttl: 3600, last: 501, at: AT + 3_000 })),
      AT + 3_000,
      51_000,
    ],
    [
      'at ease when it is another role',
      seen(look({ ttl: 0 }), look({ ttl: 3600, source: 'b', at: AT + 3_000 })),
      AT + 3_000,
      51_000,
    ],
    [
      'when the next rotation is due, though an earlier one never showed',
      seen(look({ ttl: 2 }), look({ ttl: 20, at: AT + 3_600_000 })),
      AT + 3_600_000,
      21_000,
    ],
  ];
  for (const [sentence, watch, now, expected] of rows)
    it(sentence, () => assert.equal(next(watch, now), expected));
});

describe('an older answer', () => {
  it('is not followed, until it has been the same for five minutes', () => {
    const before = seen(look({ last: 600 }));
    const first = olderAnswer(before, look({ at: AT + 1_000 }));
    assert.equal(first?.olderSince, AT + 1_000);
    assert.notEqual(olderAnswer(first, look({ at: AT + 300_000 })), undefined);
    assert.equal(olderAnswer(first, look({ at: AT + 301_000 })), undefined);
  });

  it('is none of the same rotation, of another role, or when nothing was seen', () => {
    const before = seen(look({ last: 600 }));
    assert.equal(olderAnswer(before, look({ last: 600 })), undefined);
    assert.equal(olderAnswer(before, look({ source: 'b' })), undefined);
    assert.equal(olderAnswer(undefined, look()), undefined);
  });
});

interface Turn {
  /** When the password of this turn was set, when the next one is due, and when that is set. Epoch ms. */
  readonly from: number;
  readonly dueAt: number;
  readonly until: number;
}

/** A Vault that looks for due rotations every five seconds, and may fail to carry one out for a while. */
function turnsOf(periodMs: number, isScheduled: boolean, lagsMs: readonly number[]): Turn[] {
  const turns: Turn[] = [];
  let [from, dueAt] = [AT, AT + periodMs];
  for (const lagMs of lagsMs) {
    const until = Math.ceil((dueAt + lagMs + 1) / 5_000) * 5_000;
    turns.push({ from, dueAt, until });
    dueAt = isScheduled ? firstAfter(until, dueAt, periodMs) : until + periodMs;
    from = until;
  }
  return turns;
}

function firstAfter(at: number, from: number, periodMs: number): number {
  return from + Math.max(0, Math.floor((at - from) / periodMs) + 1) * periodMs;
}

describe('whatever Vault does', () => {
  const world = fc.record({
    // The shortest that Vault takes.
    seconds: fc.integer({ min: 5, max: 7_200 }),
    minutes: fc.integer({ min: 1, max: 120 }),
    isScheduled: fc.boolean(),
    lags: fc.array(fc.constantFrom(0, 0, 3_000, 20_000, 600_000), { minLength: 1, maxLength: 8 }),
    pollMs: fc.constantFrom(2_000, POLL, 7_200_000),
    spread: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });

  it('a rotation is noticed soon after it shows, by few looks', () => {
    fc.assert(
      fc.property(world, ({ minutes, seconds, isScheduled, lags, pollMs, spread }) => {
        const periodMs = isScheduled ? minutes * 60_000 : seconds * 1_000;
        let [now, watch, soon] = [AT, undefined as RotationWatch | undefined, 0];
        for (const { from, dueAt, until } of turnsOf(periodMs, isScheduled, lags)) {
          assert.ok(now - from <= soon, `noticed ${now - from} ms late, not ${soon}`);
          if (now >= until) continue;
          const firstAt = now;
          let looks = 0;
          for (; now < until; looks += 1) {
            const next = isScheduled ? firstAfter(now, dueAt, periodMs) : dueAt;
            const ttl = Math.max(0, Math.round((next - now) / 1000));
            watch = watched(watch, look({ ttl, last: Math.floor(from / 1000), at: now }));
            now = nextLookAt(watch, { now, pollMs, spread });
          }
          // Steps grow to half a minute within a dozen looks, after each rotation that was due.
          const overdueMs = until - dueAt;
          const dues = 1 + (isScheduled ? overdueMs / periodMs : 0);
          const most = 2 + dues * 12 + overdueMs / 30_000 + (until - firstAt) / (pollMs * 0.8);
          assert.ok(looks <= most, `${looks} looks, not ${most}`);
          soon = 1_600 + Math.min(30_000, (until - dueAt) * 0.5);
        }
      }),
      { numRuns: 500 },
    );
  });
});
