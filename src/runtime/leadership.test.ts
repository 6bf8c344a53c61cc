import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  LEASE_MS,
  leadershipState,
  type Observed,
  observe,
  planLeadership,
  RENEW_WITHIN_MS,
  RETRY_MS,
} from './leadership.ts';

const NOW = 1_000_000;

function seen(change: Partial<Observed> = {}): Observed {
  return { holder: 'other', version: '7', durationMs: LEASE_MS, since: NOW, ...change };
}

describe('planLeadership', () => {
  for (const [sentence, now, observed, plan] of [
    ['makes a lock where there is none', NOW, undefined, 'create'],
    ['renews its own', NOW, seen({ holder: 'me' }), 'renew'],
    ['renews its own even when it ran out', NOW + 2 * LEASE_MS, seen({ holder: 'me' }), 'renew'],
    ['leaves the lock of another alone', NOW, seen(), 'wait'],
    ['waits to the last millisecond', NOW + LEASE_MS - 1, seen(), 'wait'],
    ['takes a lock that did not change for its whole duration', NOW + LEASE_MS, seen(), 'take'],
    ["takes the holder's word for the duration", NOW + 1_000, seen({ durationMs: 1_000 }), 'take'],
    ['takes a lock that was released', NOW, seen({ holder: '' }), 'take'],
  ] as const) {
    it(sentence, () => assert.equal(planLeadership({ now, me: 'me', observed }), plan));
  }
});

describe('observe', () => {
  it('counts from the instant at which it saw the lock for the first time', () => {
    const { since: _, ...lock } = seen();
    assert.deepEqual(observe(undefined, lock, NOW + 5), seen({ since: NOW + 5 }));
  });

  it('keeps that instant while the version stays', () => {
    assert.equal(observe(seen(), seen(), NOW + 9_000).since, NOW);
  });

  it('counts anew from every write, also from one by the same holder', () => {
    const after = observe(seen(), seen({ version: '8' }), NOW + 9_000);
    assert.deepEqual(after, seen({ version: '8', since: NOW + 9_000 }));
  });
});

describe('leadershipState', () => {
  for (const [sentence, renewedAt, state] of [
    ['stands by while it never led', undefined, 'standby'],
    ['leads right after a renewal', NOW, 'leading'],
    ['leads to the last millisecond', NOW - RENEW_WITHIN_MS + 1, 'leading'],
    ['has lapsed when it could not renew in time', NOW - RENEW_WITHIN_MS, 'lapsed'],
    ['stays lapsed', NOW - 100 * RENEW_WITHIN_MS, 'lapsed'],
  ] as const) {
    it(sentence, () => assert.equal(leadershipState({ renewedAt }, NOW), state));
  }

  it('has lapsed before anybody else may take the lock, however their clocks differ', () => {
    const ms = fc.integer({ min: 0, max: 3 * LEASE_MS });
    const skew = fc.integer({ min: -3_600_000, max: 3_600_000 });
    fc.assert(
      fc.property(ms, ms, skew, (travel, wait, ahead) => {
        // The write left at NOW and was seen `travel` later on a clock that is `ahead`.
        const since = NOW + travel + ahead;
        const now = NOW + travel + wait;
        const plan = planLeadership({ now: now + ahead, me: 'b', observed: seen({ since }) });
        assert.ok(plan === 'wait' || leadershipState({ renewedAt: NOW }, now) !== 'leading');
      }),
    );
  });

  it('leaves time for several tries before it lapses', () => {
    assert.ok(RENEW_WITHIN_MS >= 3 * RETRY_MS && LEASE_MS > RENEW_WITHIN_MS);
  });
});
