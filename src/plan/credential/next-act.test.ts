import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REQUEST_INTERVAL_MS } from '../requests.ts';
import { REPAIR_INTERVAL_MS } from './cause.ts';
import { nextDueAt, planCredential, planPaused } from './next-act.ts';
import { inPlace } from './records.ts';
import type { CredentialWorld, RecordFacts, SecretFacts } from './world.ts';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

function record(change: Partial<RecordFacts> = {}): RecordFacts {
  return {
    revision: 'r1',
    state: 'current',
    holder: 'me',
    owner: { uid: 'u1' },
    destination: 'db',
    sourceDigest: 'd1',
    restarts: false,
    repair: false,
    createdAt: NOW,
    confirmed: true,
    doubted: false,
    held: false,
    isNew: true,
    sent: false,
    token: { type: 'service', renewable: true, askedAt: NOW, ttlMs: 2 * HOUR, capped: false },
    lease: { askedAt: NOW, ttlMs: HOUR, renewable: true },
    ...change,
  };
}

function secret(change: Partial<SecretFacts> = {}): SecretFacts {
  return { revision: 'r1', intact: true, metadataDrift: false, ...change };
}

function world(change: Partial<CredentialWorld> = {}): CredentialWorld {
  return {
    now: NOW,
    uid: 'u1',
    holder: 'me',
    destination: 'db',
    sourceDigest: 'd1',
    renewalPercent: 67,
    records: [record()],
    secret: secret(),
    stray: undefined,
    findings: new Map(),
    syncAsked: false,
    rotateRequest: undefined,
    restartedRevision: undefined,
    ...change,
  };
}

const pending = (change: Partial<RecordFacts> = {}): RecordFacts =>
  record({ revision: 'r2', state: 'pending', ...change });
const old = (ms: number): number => NOW - ms;
const lease = (askedAt: number, renewable = true) => ({ askedAt, ttlMs: HOUR, renewable });
const token = (change: Partial<RecordFacts['token']>) => ({ ...record().token, ...change });

type Row = readonly [sentence: string, world: CredentialWorld, plan: object];

const ROWS: readonly Row[] = [
  ['a credential in place waits', world(), { kind: 'wait' }],
  [
    'a new object gets a credential and restarts nobody',
    world({ records: [], secret: undefined }),
    { kind: 'issue', why: 'InitialSync', restarts: false, repair: false },
  ],
  [
    'a Secret with a revision that nobody has on record is replaced, with a restart',
    world({ records: [] }),
    { kind: 'issue', why: 'Recovery', restarts: true, repair: false },
  ],
  [
    'an object that is gone retires what is in place',
    world({ uid: undefined, secret: undefined }),
    { kind: 'retire', revision: 'r1', why: 'owner-gone', successor: '' },
  ],
  [
    'an object that is gone and left nothing waits for nothing',
    world({ uid: undefined, records: [], secret: undefined }),
    { kind: 'wait', until: undefined },
  ],
  [
    'a recreated object retires the records of the earlier one',
    world({ records: [record({ owner: { uid: 'u0' } })], secret: undefined }),
    { kind: 'retire', revision: 'r1', why: 'owner-gone', successor: '' },
  ],
  [
    'a recreated object restarts the targets that may hold the earlier credential',
    world({ records: [record({ owner: { uid: 'u0' }, state: 'retiring' })], secret: undefined }),
    { kind: 'issue', why: 'InitialSync', restarts: true, repair: false },
  ],
  [
    'a pending record that the Secret carries is promoted',
    world({ records: [record(), pending()], secret: secret({ revision: 'r2' }) }),
    { kind: 'promote', revision: 'r2' },
  ],
  [
    'a former current record is retired once its successor is in place',
    world({ records: [record(), record({ revision: 'r2' })], secret: secret({ revision: 'r2' }) }),
    { kind: 'retire', revision: 'r1', why: 'replaced', successor: 'r2' },
  ],
  [
    'a held credential is written',
    world({ records: [pending({ held: true })], secret: undefined }),
    { kind: 'write', revision: 'r2' },
  ],
  [
    'a held credential of another source is not written but retired',
    world({ records: [pending({ held: true, sourceDigest: 'd0' })], secret: undefined }),
    { kind: 'retire', revision: 'r2', why: 'unused', successor: '' },
  ],
  [
    'a held credential for another destination is retired',
    world({ records: [pending({ held: true, destination: 'other' })], secret: undefined }),
    { kind: 'retire', revision: 'r2', why: 'unused', successor: '' },
  ],
  [
    'a held credential is written while references do not resolve',
    world({ records: [pending({ held: true })], secret: undefined, sourceDigest: undefined }),
    { kind: 'write', revision: 'r2' },
  ],
  [
    'a held credential that is nearly over is retired',
    world({
      records: [pending({ held: true, lease: lease(old(0.99 * HOUR)) })],
      secret: undefined,
    }),
    { kind: 'retire', revision: 'r2', why: 'unused', successor: '' },
  ],
  [
    "one's own attempt without values is retired",
    world({ records: [record(), pending()] }),
    { kind: 'retire', revision: 'r2', why: 'unused', successor: '' },
  ],
  [
    "another process's attempt is first made harmless by a write of one's own",
    world({ records: [record({ isNew: false }), pending({ holder: 'other' })] }),
    { kind: 'issue', why: 'Recovery', restarts: true, repair: false },
  ],
  [
    "another process's attempt is retired with an overlap after a write of one's own, by whatever clock it is dated",
    world({ records: [record(), pending({ holder: 'other', createdAt: NOW + HOUR })] }),
    { kind: 'retire', revision: 'r2', why: 'replaced', successor: 'r1' },
  ],
  [
    "another process's attempt is no reason to issue ahead of the next repair",
    world({
      records: [record({ repair: true }), pending({ holder: 'other' })],
      secret: undefined,
    }),
    { kind: 'wait' },
  ],
  [
    "one's own attempt that was sent and then deleted is retired with an overlap, as pods may use it",
    world({
      records: [pending({ held: true, sent: true, sourceDigest: 'd0' })],
      secret: undefined,
    }),
    { kind: 'retire', revision: 'r2', why: 'replaced', successor: '' },
  ],
  [
    'a lease that is due is renewed',
    world({ records: [record({ lease: lease(old(0.8 * HOUR)) })] }),
    { kind: 'renew-lease', revision: 'r1' },
  ],
  [
    'a renewal comes before a refused specification',
    world({ records: [record({ lease: lease(old(0.8 * HOUR)) })], sourceDigest: undefined }),
    { kind: 'renew-lease', revision: 'r1' },
  ],
  [
    'a lease in its margin is replaced',
    world({ records: [record({ lease: lease(old(0.97 * HOUR)) })] }),
    { kind: 'issue', why: 'ReplacementDue', restarts: true, repair: false },
  ],
  [
    'a lease past its end is asked about when the times are those of a former process',
    world({ records: [record({ confirmed: false, lease: lease(old(2 * HOUR)) })] }),
    { kind: 'renew-lease', revision: 'r1' },
  ],
  [
    'a lease that is gone is replaced',
    world({ findings: new Map([['r1', 'gone']]) }),
    { kind: 'issue', why: 'LeaseEnded', restarts: true, repair: false },
  ],
  [
    'a lease that was truncated is replaced',
    world({ findings: new Map([['r1', 'truncated']]) }),
    { kind: 'issue', why: 'LeaseTruncated', restarts: true, repair: false },
  ],
  [
    'a lease that cannot be renewed is replaced when it is due',
    world({ records: [record({ lease: lease(old(0.8 * HOUR), false) })] }),
    { kind: 'issue', why: 'ReplacementDue', restarts: true, repair: false },
  ],
  [
    "a batch token's lease is not renewed, whatever it says",
    world({
      records: [
        record({
          token: token({ type: 'batch', renewable: false }),
          lease: lease(old(0.8 * HOUR)),
        }),
      ],
    }),
    { kind: 'issue', why: 'ReplacementDue', restarts: true, repair: false },
  ],
  [
    'a token that is due is renewed',
    world({ records: [record({ token: token({ askedAt: old(1.6 * HOUR) }) })] }),
    { kind: 'renew-token', revision: 'r1' },
  ],
  [
    'a token at its maximum takes the credential along, so it is replaced in time',
    world({ records: [record({ token: token({ askedAt: old(1.6 * HOUR), capped: true }) })] }),
    { kind: 'issue', why: 'TokenEnding', restarts: true, repair: false },
  ],
  [
    'a record without a lease lives by its token',
    world({
      records: [
        { ...record({ token: token({ askedAt: old(1.95 * HOUR) }) }), lease: undefined },
      ] as never,
    }),
    { kind: 'issue', why: 'TokenEnding', restarts: true, repair: false },
  ],
  [
    'another source means another credential',
    world({ sourceDigest: 'd2' }),
    { kind: 'issue', why: 'ResourceUpdated', restarts: true, repair: false },
  ],
  [
    'a moved destination means another credential, and nobody holds one from there yet',
    world({ destination: 'other', secret: undefined }),
    { kind: 'issue', why: 'ResourceUpdated', restarts: false, repair: false },
  ],
  [
    'a deleted Secret is issued anew',
    world({ secret: undefined }),
    { kind: 'issue', why: 'InexistentDestination', restarts: true, repair: true },
  ],
  [
    'an edited Secret is issued anew',
    world({ secret: secret({ intact: false }) }),
    { kind: 'issue', why: 'SecretDataDrift', restarts: true, repair: true },
  ],
  [
    'a Secret restored to an older revision is issued anew',
    world({ secret: secret({ revision: 'r0' }) }),
    { kind: 'issue', why: 'SecretDataDrift', restarts: true, repair: true },
  ],
  [
    'a Secret edited again soon after a repair waits',
    world({ records: [record({ repair: true })], secret: secret({ intact: false }) }),
    { kind: 'wait', until: NOW + REPAIR_INTERVAL_MS },
  ],
  [
    'a lease nobody has on record is asked about before it is replaced',
    world({ records: [], stray: { replaceAt: undefined, renewAt: undefined } }),
    { kind: 'adopt', revision: 'r1' },
  ],
  [
    'a lease nobody has on record is left alone until its turn comes',
    world({ records: [], stray: { replaceAt: NOW + 1, renewAt: undefined } }),
    { kind: 'wait', until: NOW + 1 },
  ],
  [
    'a lease nobody has on record is replaced in its turn',
    world({ records: [], stray: { replaceAt: NOW, renewAt: undefined } }),
    { kind: 'issue', why: 'Recovery', restarts: true, repair: false },
  ],
  [
    'a lease nobody has on record is replaced at once when Vault says that it is gone',
    world({
      records: [],
      stray: { replaceAt: undefined, renewAt: undefined },
      findings: new Map([['r1', 'gone' as const]]),
    }),
    { kind: 'issue', why: 'LeaseEnded', restarts: true, repair: false },
  ],
  [
    'a lease whose object names another destination is renewed while pods may hold it',
    world({
      records: [record({ lease: lease(old(0.8 * HOUR)) })],
      destination: 'other',
      secret: undefined,
    }),
    { kind: 'renew-lease', revision: 'r1' },
  ],
  [
    'a renewal comes before anything that must be written',
    world({
      records: [
        record({ lease: lease(old(0.8 * HOUR)) }),
        record({ revision: 'r0', owner: { uid: 'u0' } }),
      ],
    }),
    { kind: 'renew-lease', revision: 'r1' },
  ],
  [
    'a restart comes before metadata, whose write may be refused',
    world({
      records: [record({ restarts: true })],
      secret: secret({ metadataDrift: true }),
    }),
    { kind: 'restart', revision: 'r1' },
  ],
  [
    'metadata that drifted is written again, without a new credential',
    world({ secret: secret({ metadataDrift: true }) }),
    { kind: 'rewrite-metadata', revision: 'r1' },
  ],
  [
    'a revision that follows another restarts the targets',
    world({ records: [record({ restarts: true })] }),
    { kind: 'restart', revision: 'r1' },
  ],
  [
    'a revision restarts the targets once',
    world({ records: [record({ restarts: true })], restartedRevision: 'r1' }),
    { kind: 'wait' },
  ],
  [
    'a look that people ask for renews the lease',
    world({ syncAsked: true }),
    { kind: 'renew-lease', revision: 'r1' },
  ],
  [
    'a look asks Vault nothing where the lease cannot be renewed',
    world({ syncAsked: true, records: [record({ lease: lease(NOW, false) })] }),
    { kind: 'wait' },
  ],
  [
    'a rotation that people ask for is a new credential, with a restart',
    world({ rotateRequest: 'a' }),
    { kind: 'issue', why: 'RotationRequested', restarts: true, repair: false },
  ],
  [
    'a rotation is done once its credential is in place, whatever the status says',
    world({ rotateRequest: 'a', records: [record({ rotateRequest: 'a' })] }),
    { kind: 'wait' },
  ],
  [
    'a second rotation soon after the first waits',
    world({ rotateRequest: 'b', records: [record({ rotateRequest: 'a' })] }),
    { kind: 'wait', until: NOW + REQUEST_INTERVAL_MS },
  ],
  [
    'a second rotation comes in its time',
    world({
      rotateRequest: 'b',
      records: [record({ rotateRequest: 'a', createdAt: old(REQUEST_INTERVAL_MS) })],
    }),
    { kind: 'issue', why: 'RotationRequested' },
  ],
  [
    'a rotation of what nobody has on record issues at once',
    world({
      rotateRequest: 'a',
      records: [],
      stray: { replaceAt: NOW + 1, renewAt: undefined },
    }),
    { kind: 'issue', why: 'RotationRequested', restarts: true },
  ],
  [
    'a rotation asked of a new object is its first credential',
    world({ rotateRequest: 'a', records: [], secret: undefined }),
    { kind: 'issue', why: 'InitialSync', restarts: false },
  ],
];

const WHILE_PAUSED: readonly (readonly [string, CredentialWorld, object | undefined])[] = [
  ['what is in place is left alone', world({ rotateRequest: 'a' }), undefined],
  ['nothing is issued', world({ records: [], secret: undefined }), undefined],
  [
    'a credential that the Secret carries is put on record, so that it is renewed',
    world({ records: [pending({ revision: 'r1' })] }),
    { kind: 'promote', revision: 'r1' },
  ],
  [
    'what was replaced stays until the targets may be restarted',
    world({ records: [record({ restarts: true }), record({ revision: 'r0' })] }),
    undefined,
  ],
  [
    'a lease nobody has on record is asked about',
    world({ records: [], stray: { replaceAt: undefined, renewAt: undefined } }),
    { kind: 'adopt', revision: 'r1' },
  ],
  [
    'a lease nobody has on record is renewed in place of being replaced',
    world({ records: [], stray: { replaceAt: old(2), renewAt: old(1) } }),
    { kind: 'adopt', revision: 'r1' },
  ],
  [
    'a lease nobody has on record is renewed in its time',
    world({ records: [], stray: { replaceAt: old(2), renewAt: NOW + 1 } }),
    undefined,
  ],
];

describe('planPaused', () => {
  for (const [sentence, given, expected] of WHILE_PAUSED)
    it(sentence, () => assert.deepEqual(planPaused(given), expected));
});

describe('planCredential', () => {
  for (const [sentence, given, expected] of ROWS) {
    it(sentence, () => assert.partialDeepStrictEqual(planCredential(given), expected));
  }

  it('asks nothing more at the instant it waits for than what is due then', () => {
    const plan = planCredential(world());
    assert.ok(plan.kind === 'wait' && plan.until !== undefined);
    const then = planCredential(world({ now: plan.until }));
    assert.equal(then.kind, 'renew-lease');
  });
});

describe('inPlace', () => {
  it('is the current record that the Secret carries', () => {
    assert.equal(inPlace(world())?.revision, 'r1');
    assert.equal(inPlace(world({ secret: undefined })), undefined);
  });
});

describe('nextDueAt', () => {
  it('is in the future, also when something that is overdue could not be done', () => {
    const due = nextDueAt(world({ records: [record({ lease: lease(old(0.8 * HOUR)) })] }));
    assert.ok(due !== undefined && due > NOW);
    assert.equal(nextDueAt(world({ records: [], secret: undefined })), undefined);
  });

  it('is the earliest of lease, token and replacement', () => {
    const due = nextDueAt(world());
    assert.ok(due !== undefined && due > NOW && due < NOW + HOUR);
  });
});
