import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { BACKOFF } from './backoff.ts';
import { FAULTS, type Fault, type FaultKind } from './fault.ts';
import { retryAt } from './retry.ts';

const NOW = 1_000_000;

interface Row {
  readonly fault: Partial<Fault> & { readonly kind: FaultKind };
  readonly failures?: number;
  readonly spread?: number;
  readonly retryBefore?: number;
  /** Milliseconds from now. */
  readonly expected: number | undefined;
}

const TABLE: Readonly<Record<string, Row>> = {
  'a refused object waits for its change': { fault: { kind: 'refused' }, expected: undefined },
  'a refused object with a lease is looked at when the lease ends': {
    fault: { kind: 'refused' },
    retryBefore: NOW + 7_000,
    expected: 7_000,
  },
  'a refused object with a lease that has ended waits for its change': {
    fault: { kind: 'refused' },
    retryBefore: NOW,
    expected: undefined,
  },
  'a missing dependency is soon looked for again': { fault: { kind: 'waiting' }, expected: 5_000 },
  'a dependency that stays missing is looked for once a minute': {
    fault: { kind: 'waiting' },
    failures: 40,
    expected: 60_000,
  },
  'a dependency whose every look costs something is looked for seldom': {
    fault: { kind: 'waiting', retryAfterMs: 300_000 },
    spread: 0,
    expected: 300_000,
  },
  'a denial backs off': { fault: { kind: 'denied' }, failures: 2, expected: 7_500 },
  'a bug backs off': { fault: { kind: 'bug' }, failures: 8, expected: 60_000 },
  'a network error backs off': { fault: { kind: 'transient' }, expected: 5_000 },
  'a network error near the end of a lease is tried again sooner': {
    fault: { kind: 'transient' },
    retryBefore: NOW + 6_000,
    expected: 2_000,
  },
  'a network error long before the end of a lease backs off as usual': {
    fault: { kind: 'transient' },
    retryBefore: NOW + 3_600_000,
    expected: 5_000,
  },
  'a network error after the end of a lease backs off as usual': {
    fault: { kind: 'transient' },
    retryBefore: NOW - 1,
    expected: 5_000,
  },
  'a server that asks for patience gets it': {
    fault: { kind: 'throttled', retryAfterMs: 20_000 },
    spread: 0,
    expected: 20_000,
  },
  'what a server asks for is spread to later only': {
    fault: { kind: 'throttled', retryAfterMs: 20_000 },
    expected: 21_000,
  },
  'a server that asks for no delay gets one': {
    fault: { kind: 'throttled', retryAfterMs: 0 },
    spread: 0,
    expected: 1_000,
  },
  'a server that asks for a day gets five minutes': {
    fault: { kind: 'throttled', retryAfterMs: 86_400_000 },
    spread: 0,
    expected: 300_000,
  },
  'a server that names no delay is backed off from': {
    fault: { kind: 'throttled' },
    failures: 3,
    expected: 11_250,
  },
  'what a server asks for does not outlast a lease': {
    fault: { kind: 'throttled', retryAfterMs: 60_000 },
    retryBefore: NOW + 30_000,
    expected: 10_000,
  },
};

describe('a retry', () => {
  for (const [sentence, row] of Object.entries(TABLE)) {
    it(sentence, () => {
      const fault = { reason: 'Reason', message: 'message', ...row.fault };
      const { failures = 1, spread = 0.5, retryBefore } = row;
      const at = retryAt(fault, { nowMs: NOW, failures, spread, retryBefore }, BACKOFF);
      assert.equal(at === undefined ? undefined : at - NOW, row.expected);
    });
  }

  it('lies in the future and never past the end of a living lease', () => {
    const kinds = fc.constantFrom(
      ...(['refused', 'waiting', 'denied', 'throttled', 'transient', 'bug'] as const),
    );
    const spread = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: 1, max: 99 }),
        spread,
        fc.integer({ min: 1, max: 1e9 }),
        (kind, failures, at, left) => {
          const fault = { kind, reason: 'Reason', message: 'message' };
          const trial = { nowMs: NOW, failures, spread: at, retryBefore: NOW + left };
          const when = retryAt(fault, trial, BACKOFF) ?? assert.fail('never tried again');
          assert.ok(when > NOW && when <= NOW + left);
        },
      ),
    );
    assert.equal(Object.keys(FAULTS).length, 6);
  });
});
