import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CredentialWorld, RecordFacts } from '../credential/world.ts';
import { judgeUnrecorded, type PkiWorld, planPki, type UnrecordedFacts } from './pki-secret.ts';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

/** Its token was given back. */
const RECORD: RecordFacts = {
  revision: 'r1',
  state: 'current',
  holder: 'me',
  owner: { uid: 'u1' },
  destination: 'web',
  sourceDigest: 'd1',
  restarts: false,
  repair: false,
  createdAt: NOW - HOUR,
  confirmed: true,
  held: false,
  isNew: true,
  doubted: false,
  sent: true,
  token: {
    type: 'service',
    renewable: true,
    askedAt: NOW - HOUR,
    ttlMs: 120_000,
    capped: false,
    released: true,
  },
  replaceAt: NOW + HOUR,
};

function world(change: Partial<CredentialWorld> = {}, more: Partial<PkiWorld> = {}): PkiWorld {
  return {
    credential: {
      now: NOW,
      uid: 'u1',
      holder: 'me',
      destination: 'web',
      sourceDigest: 'd1',
      renewalPercent: 0,
      records: [RECORD],
      secret: { revision: 'r1', intact: true, metadataDrift: false },
      stray: undefined,
      findings: new Map(),
      syncAsked: false,
      rotateRequest: undefined,
      restartedRevision: undefined,
      ...change,
    },
    unrecorded: undefined,
    outdated: [],
    ...more,
  };
}

const due = { ...RECORD, replaceAt: NOW };
const lease = { askedAt: NOW, ttlMs: 2 * HOUR, renewable: false };
const token = { ...RECORD.token, askedAt: NOW, ttlMs: HOUR };
const { released: _, ...living } = token;
const leased = { ...RECORD, lease, token: living };

const ROWS: readonly (readonly [sentence: string, world: PkiWorld, plan: object])[] = [
  [
    'a certificate in place waits until it is due, whatever became of its token',
    world(),
    { kind: 'wait', until: NOW + HOUR },
  ],
  [
    'a certificate that is due is replaced, with a restart',
    world({ records: [due] }),
    { kind: 'issue', why: 'ReplacementDue', restarts: true, repair: false },
  ],
  [
    'one that was issued from something else is replaced',
    world({ sourceDigest: 'd2' }),
    { kind: 'issue', why: 'ResourceUpdated', restarts: true, repair: false },
  ],
  [
    'one whose references do not resolve is kept',
    world({ sourceDigest: undefined }),
    { kind: 'wait', until: NOW + HOUR },
  ],
  [
    'an edited Secret is repaired',
    world({ secret: { revision: 'r1', intact: false, metadataDrift: false } }),
    { kind: 'issue', why: 'SecretDataDrift', restarts: true, repair: true },
  ],
  [
    'a new object gets a certificate and restarts nobody',
    world({ records: [], secret: undefined }),
    { kind: 'issue', why: 'InitialSync', restarts: false, repair: false },
  ],
  [
    'a certificate without mark and record is marked, not replaced',
    world(
      { records: [], secret: { revision: 'inherited', intact: false, metadataDrift: false } },
      { unrecorded: { kind: 'unmarked' } },
    ),
    { kind: 'mark' },
  ],
  [
    'a certificate without a record is put on record, not replaced',
    world({ records: [] }, { unrecorded: { kind: 'marked', revision: 'r1' } }),
    { kind: 'record', revision: 'r1' },
  ],
  [
    'one that nobody can tell about is replaced, with a restart',
    world({ records: [], secret: { revision: 'inherited', intact: false, metadataDrift: false } }),
    { kind: 'issue', why: 'Recovery', restarts: true, repair: false },
  ],
  [
    'a changed wish is noted before a replacement',
    world({ records: [due] }, { outdated: ['r1'] }),
    { kind: 'note', revision: 'r1' },
  ],
  [
    'a lease that is not renewable does not bring the replacement forward',
    world({ records: [leased] }),
    { kind: 'wait' },
  ],
  [
    'the token that owns a lease is renewed, also while there are wishes to note',
    world(
      { now: NOW + 0.9 * HOUR, records: [{ ...leased, replaceAt: NOW + 1.9 * HOUR }] },
      { outdated: ['r1'] },
    ),
    { kind: 'renew-token', revision: 'r1' },
  ],
];

describe('planPki', () => {
  for (const [sentence, facts, expected] of ROWS)
    it(sentence, () => assert.partialDeepStrictEqual(planPki(facts), expected));
});

describe('a certificate that nobody has on record', () => {
  const FACTS: UnrecordedFacts = {
    generation: 2,
    status: { serialNumber: '4a:01', lastGeneration: 2, secretMAC: 'mac' },
    mac: 'mac',
    mark: undefined,
    serial: '4a:01',
  };
  const status = (change: UnrecordedFacts['status']) => ({
    status: { ...FACTS.status, ...change },
  });
  const genuine = { revision: 'r1', intact: true, leased: false };

  const rows: readonly [
    sentence: string,
    change: Partial<UnrecordedFacts>,
    kept: string | false,
  ][] = [
    ['is kept as VSO left it', {}, 'unmarked'],
    ['is kept with a mark of ours', { mark: genuine }, 'marked'],
    ['is kept when VSO wrote no MAC', status({ secretMAC: '' }), 'unmarked'],
    ['is not kept when the object changed since', { generation: 3 }, false],
    ['is not kept when it is another than the status names', { serial: '4a:02' }, false],
    ['is not kept when it cannot be read', { serial: undefined }, false],
    ['is not kept when the Secret was edited', { mac: 'other' }, false],
    [
      'is not kept when the marked Secret was edited',
      { mark: { ...genuine, intact: false } },
      false,
    ],
    ['is not kept when it has a lease', { mark: { ...genuine, leased: true } }, false],
    ['is not kept when the object was never synced', { status: {} }, false],
  ];
  for (const [sentence, change, kept] of rows)
    it(sentence, () => {
      assert.equal(judgeUnrecorded({ ...FACTS, ...change })?.kind ?? false, kept);
    });
});
