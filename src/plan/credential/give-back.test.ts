import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patientlyAt, planGiveBack, type RetiringFacts } from './give-back.ts';
import { type PauseFacts, planPause } from './give-back-pause.ts';

const GRACES = { ownerMs: 60_000, overlapMs: 120_000 };
const NOW = 1_000_000;
const POLL_MS = 5_000;
const LATE = NOW + 120_000;

const facts = (over: Partial<RetiringFacts> = {}): RetiringFacts => ({
  now: NOW,
  why: 'replaced',
  retiredAt: NOW,
  credentialEndsAt: NOW + 3_600_000,
  longestTokenMs: 3_600_000,
  rolledOut: false,
  hasTargets: false,
  rolling: false,
  carried: false,
  pausedUntil: undefined,
  abandonedAt: undefined,
  ...over,
});

describe('when a retiring credential is given back', () => {
  const rows: readonly [string, Partial<RetiringFacts>, number | 'give-back'][] = [
    ['one that nobody used, at once', { why: 'unused' }, 'give-back'],
    ['one whose object is gone, after its grace', { why: 'owner-gone' }, NOW + 60_000],
    ['one that was replaced, after the overlap', {}, NOW + 120_000],
    ['one that ends before its overlap does, then', { credentialEndsAt: NOW + 9 }, NOW + 9],
    ['while targets roll, they are looked at', { hasTargets: true }, NOW + POLL_MS],
    ['when they run with the successor', { hasTargets: true, rolledOut: true }, 'give-back'],
    ['after the overlap, when they are stuck', { hasTargets: true, now: LATE }, 'give-back'],
    ['not while one of them rolls slowly', { ...rolling(), now: LATE }, LATE + POLL_MS],
    ['when it has ended, however they roll', { ...rolling(), credentialEndsAt: NOW }, 'give-back'],
    ['slow rollouts are no matter once the owner is gone', ownerGone(), 'give-back'],
    ['with its object, after the grace of that', abandoned(60_000), 'give-back'],
    ['not before, though its object is gone', abandoned(59_999), NOW + 1],
    ['while targets roll after their object, they are looked at', abandoned(0), NOW + POLL_MS],
    ['not while its Secret carries it', { why: 'unused', carried: true }, NOW + 2 * POLL_MS],
    ['not before the end of a pause', { why: 'unused', pausedUntil: NOW + 7 }, NOW + 7],
    ['not even when all targets rolled out', { ...rolled(), pausedUntil: NOW + 7 }, NOW + 7],
    ['when the pause is over', { why: 'unused', pausedUntil: NOW }, 'give-back'],
  ];
  for (const [sentence, over, expected] of rows)
    it(sentence, () => {
      const plan = planGiveBack(facts(over), GRACES);
      assert.equal(plan.kind === 'wait' ? plan.until : plan.kind, expected);
    });
});

function rolled(): Partial<RetiringFacts> {
  return { hasTargets: true, rolledOut: true };
}

function rolling(): Partial<RetiringFacts> {
  return { hasTargets: true, rolling: true };
}

function abandoned(agoMs: number): Partial<RetiringFacts> {
  return { ...rolling(), abandonedAt: NOW - agoMs };
}

function ownerGone(): Partial<RetiringFacts> {
  return { ...rolling(), why: 'owner-gone', now: LATE };
}

describe('the pause after a restore', () => {
  const QUIET_MS = 600_000;
  const known: PauseFacts = {
    now: NOW,
    seenAt: undefined,
    knownUntil: undefined,
    recordedUntil: undefined,
    quietMs: QUIET_MS,
  };
  const later = NOW + 1;
  const rows: readonly [string, Partial<PauseFacts>, unknown][] = [
    ['there is none', {}, { kind: 'none' }],
    ['it begins with the signs', { seenAt: NOW }, { kind: 'begin', until: NOW + QUIET_MS }],
    [
      'signs of another restore begin it anew',
      { seenAt: NOW, knownUntil: later, recordedUntil: later },
      { kind: 'begin', until: NOW + QUIET_MS },
    ],
    [
      'signs that a standby saw long ago begin nothing',
      { seenAt: NOW - QUIET_MS },
      { kind: 'none' },
    ],
    ['a pause that another process began lasts', { recordedUntil: later }, wait(later)],
    ['what is on record counts', { knownUntil: later, recordedUntil: NOW + 9 }, wait(NOW + 9)],
    ['its time is over', { knownUntil: NOW, recordedUntil: NOW }, { kind: 'over' }],
    ['a person took the record away', { knownUntil: later }, { kind: 'confirmed' }],
    [
      'a person who takes it away when its time is over confirms',
      { knownUntil: NOW },
      { kind: 'confirmed' },
    ],
  ];
  for (const [sentence, over, expected] of rows)
    it(sentence, () => assert.deepEqual(planPause({ ...known, ...over }), expected));
});

function wait(until: number) {
  return { kind: 'wait', until };
}

describe('a refusal that lasts', () => {
  const gone = { now: 1_000, why: 'owner-gone' } as const;

  it('is asked about once an hour when the owner is gone', () => {
    assert.equal(patientlyAt(gone, { kind: 'denied' }, 10), 3_601_000);
    assert.equal(patientlyAt(gone, { kind: 'waiting' }, 25), 3_601_000);
  });

  it('is asked about eagerly at first, and as long as somebody can mend it or nobody answers', () => {
    assert.equal(patientlyAt(gone, { kind: 'denied' }, 9), undefined);
    assert.equal(patientlyAt({ ...gone, why: 'replaced' }, { kind: 'denied' }, 10), undefined);
    assert.equal(patientlyAt(gone, { kind: 'transient' }, 10), undefined);
  });
});
