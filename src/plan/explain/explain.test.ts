import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from '../../api/conditions.ts';
import type { VaultIdentity } from '../../api/vault-exchange.ts';
import { waiting } from '../../runtime/fault.ts';
import type { Workload } from '../rollout.ts';
import { explain } from './explain.ts';
import type { ExplainFacts, ReferenceSight, Sight } from './explain-facts.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const SINCE = '2026-03-01T11:00:00Z';

function condition(type: string, status: 'True' | 'False', reason = 'Ready', message = 'm') {
  const told: Condition = {
    type,
    status,
    reason,
    message,
    lastTransitionTime: SINCE,
    observedGeneration: 3,
  };
  return told;
}

const READY = [condition('Ready', 'True'), condition('Healthy', 'True', 'Healthy')];

function object(over: Partial<ExplainFacts['object']> = {}): ExplainFacts['object'] {
  return {
    kind: 'VaultStaticSecret',
    metadata: {
      name: 'app',
      namespace: 'team',
      uid: 'u',
      resourceVersion: '1',
      generation: 3,
      creationTimestamp: SINCE,
    },
    spec: {},
    status: { conditions: READY },
    ...over,
  };
}

const IDENTITY: VaultIdentity = {
  key: 'k',
  authName: 'team/app',
  connectionName: 'team/vault',
  endpoint: { address: 'https://vault:8200', skipVerify: false, headers: {}, timeoutMs: 1 },
  mount: 'kubernetes',
  namespace: '',
  loginHeaders: {},
  login: {
    method: 'kubernetes',
    role: 'web',
    serviceAccount: { namespace: 'team', name: 'sa' },
    audiences: [],
    expirationSeconds: 600,
  },
};
const REQUEST = { namespace: '', method: 'GET', path: 'kv/data/app' } as const;

function facts(over: Partial<ExplainFacts> = {}): ExplainFacts {
  return {
    now: NOW,
    object: object(),
    pausedBy: undefined,
    invalid: undefined,
    references: [],
    identity: IDENTITY,
    request: REQUEST,
    vaultSays: undefined,
    secret: undefined,
    records: undefined,
    targets: [],
    leader: found({ namespace: 'ops', holder: 'pod', renewedAt: NOW - 3_000, durationMs: 15_000 }),
    events: found([]),
    ...over,
  };
}

function found<Thing>(value: Thing): Sight<Thing> {
  return { kind: 'found', value };
}

function reference(kind: string, ...conditions: Condition[]): ReferenceSight {
  return { ref: { kind, namespace: 'team', name: 'x' }, sight: found({ conditions }) };
}

const failing = (reason: string, message: string) => [
  condition('Ready', 'False', reason, message),
  condition('Healthy', 'False', 'Unhealthy', `${reason}: ${message}`),
];

describe('what an object waits for', () => {
  const away = failing('VaultUnreachable', 'nobody answers');
  const fault = waiting('VaultAuthNotFound', 'VaultAuth team/x is not there').fault;
  const rows: readonly [string, Partial<ExplainFacts>, object][] = [
    ['nothing, when it is well', {}, { state: 'Ready', waitsFor: 'nothing' }],
    [
      'the operator, when that never looked',
      { object: object({ status: undefined }) },
      { state: 'Unseen', waitsFor: 'the operator to look at it for the first time' },
    ],
    [
      'the operator, when that has not seen this generation',
      { object: object({ metadata: { ...object().metadata, generation: 4 } }) },
      { state: 'NotReady', waitsFor: 'the operator to look at its generation 4; it has seen 3' },
    ],
    [
      'somebody to resume it, whatever else is wrong',
      { pausedBy: 'object', object: object({ status: { conditions: away } }) },
      { state: 'Paused' },
    ],
    [
      'a change, when it is refused',
      { invalid: waiting('InvalidSpec', 'spec.mount is empty').fault },
      { state: 'Stalled', waitsFor: 'a change of this object: spec.mount is empty' },
    ],
    [
      'a reference that does not resolve',
      {
        identity: fault,
        references: [{ ref: reference('VaultAuth').ref, sight: { kind: 'missing' } }],
      },
      { state: 'NotReady', waitsFor: fault.message, blockedBy: 'VaultAuth team/x' },
    ],
    [
      'the last of the references that fail, on which the others hang',
      {
        object: object({ status: { conditions: away } }),
        references: [
          reference('VaultAuth', ...failing('LoginDenied', 'no')),
          reference('VaultConnection', ...away),
        ],
      },
      { state: 'NotReady', blockedBy: 'VaultConnection team/x' },
    ],
    [
      'the end of a deletion, naming whose finalizers hold it up',
      {
        object: object({
          metadata: { ...object().metadata, deletionTimestamp: SINCE, finalizers: ['a/b'] },
        }),
      },
      { state: 'Deleting', waitsFor: 'the end of its deletion (its finalizers: a/b)' },
    ],
    [
      'nothing, when it is of a kind that says nothing of itself',
      { object: object({ kind: 'VaultAuthGlobal', status: undefined }), identity: undefined },
      { state: 'Ready', waitsFor: 'nothing' },
    ],
  ];
  for (const [sentence, over, expected] of rows)
    it(`is ${sentence}`, () => assert.partialDeepStrictEqual(explain(facts(over)), expected));
});

describe('findings', () => {
  const about = (over: Partial<ExplainFacts>) =>
    explain(facts(over)).findings.map((finding) => `${finding.reason} (${finding.about})`);

  it('are none when all is well', () => assert.deepEqual(about({}), []));

  it('tell a trouble once, of the object that has it', () => {
    const away = failing('VaultUnreachable', 'nobody answers');
    const references = [reference('VaultConnection', ...away)];
    assert.deepEqual(about({ object: object({ status: { conditions: away } }), references }), [
      'VaultUnreachable (VaultConnection team/x)',
    ]);
  });

  it('come with the remedy of the reason', () => {
    const conditions = failing('VaultSealed', 'Vault is sealed');
    const [finding] = explain(facts({ object: object({ status: { conditions } }) })).findings;
    assert.equal(finding?.remedy, 'Unseal Vault.');
    assert.equal(finding?.since, SINCE);
  });

  it('name the capability that Vault says is missing, and the policy that would grant it', () => {
    const vaultSays = { kind: 'allows', capabilities: ['list'] } as const;
    const { findings, vault } = explain(facts({ vaultSays }));
    assert.equal(vault?.allowed, false);
    assert.match(findings[0]?.message ?? '', /lack "read" on kv\/data\/app; they allow list/);
    assert.match(findings[0]?.remedy ?? '', /path "kv\/data\/app" \{/);
    const granted = { kind: 'allows', capabilities: ['read'] } as const;
    assert.deepEqual(about({ vaultSays: granted }), []);
  });

  it('are a Secret of someone else, and a target that does not exist', () => {
    const secret = { name: 's', sight: found({ ownership: 'sibling' as const }) };
    const target = { kind: 'Deployment', namespace: 'team', name: 'web' } as const;
    const targets = [{ target, sight: { kind: 'missing' } as const }];
    assert.deepEqual(about({ secret, targets }), [
      'DestinationConflict (this object)',
      'RestartTargetMissing (this object)',
    ]);
  });

  it('are what may not be seen', () => {
    const fault = waiting('KubernetesForbidden', 'you may not get x').fault;
    const ref = { kind: 'VaultAuth', namespace: 'team', name: 'x' };
    const references = [{ ref, sight: { kind: 'unseen', fault } as const }];
    assert.deepEqual(about({ references }), ['KubernetesForbidden (VaultAuth team/x)']);
  });

  const leaders: readonly [string, ExplainFacts['leader'], RegExp, number][] = [
    ['leads', facts().leader, /^pod leads in ops, confirmed 3 s ago$/, 0],
    [
      'is silent for too long',
      found({ namespace: 'ops', holder: 'pod', renewedAt: NOW - 60_000, durationMs: 15_000 }),
      /^pod led in ops until 60 s ago$/,
      1,
    ],
    [
      'gave up',
      found({ namespace: 'ops', holder: '', renewedAt: NOW, durationMs: 15_000 }),
      /^nobody leads in ops$/,
      1,
    ],
    ['was never there', { kind: 'missing' }, /^nobody has led so far$/, 1],
  ];
  for (const [sentence, leader, says, count] of leaders)
    it(`tell an operator that ${sentence}`, () => {
      const { operator, findings } = explain(facts({ leader }));
      assert.match(operator, says);
      assert.equal(findings.length, count);
    });
});

describe('what comes next', () => {
  const HOUR = 3_600;
  const leased = (over: object, spec: object = {}) =>
    facts({
      object: object({
        kind: 'VaultDynamicSecret',
        spec: { renewalPercent: 50, ...spec },
        status: {
          conditions: READY,
          revision: 'r',
          lastRenewalTime: NOW / 1000,
          secretLease: { id: 'l', duration: HOUR, renewable: true, requestID: '' },
          ...over,
        },
      }),
    });

  it('is the renewal of a lease at the operator’s own instant', () => {
    const { next, lease } = explain(leased({}));
    assert.equal(next?.act, 'the lease is renewed');
    const minutes = (Date.parse(next?.at ?? '') - NOW) / 60_000;
    assert.ok(minutes >= 30 && minutes <= 33);
    assert.deepEqual(lease, {
      id: 'l',
      seconds: HOUR,
      renewable: true,
      lastRenewedAt: '2026-03-01T12:00:00Z',
    });
  });

  it('is a new credential where the lease cannot be renewed', () => {
    const secretLease = { id: 'l', duration: HOUR, renewable: false, requestID: '' };
    assert.equal(explain(leased({ secretLease })).next?.act, 'a new credential is issued');
  });

  it('is due when its instant is over', () => {
    const late = explain(leased({ lastRenewalTime: NOW / 1000 - HOUR }));
    assert.deepEqual(late.next, { act: 'the lease is renewed, which is due' });
  });

  it('is a new certificate, no later than by the same arithmetic as the operator', () => {
    const status = { conditions: READY, lastRotation: NOW / 1000, expiration: NOW / 1000 + HOUR };
    const certificate = (spec: object, over: object = {}) =>
      explain(
        facts({ object: object({ kind: 'VaultPKISecret', spec, status: { ...status, ...over } }) }),
      ).next;
    const act = 'a new certificate is issued, at the latest';
    assert.deepEqual(certificate({}), { act, at: '2026-03-01T12:40:00Z' });
    assert.deepEqual(certificate({ expiryOffset: '10m' }), { act, at: '2026-03-01T12:50:00Z' });
    const late = certificate({}, { lastRotation: NOW / 1000 - HOUR, expiration: NOW / 1000 + 60 });
    assert.deepEqual(late, { act: 'a new certificate is issued, which is due' });
    assert.equal(certificate({}, { expiration: undefined }), undefined);
  });

  const reads: readonly [string, object, RegExp][] = [
    ['a read in a minute without a period', {}, /^Vault is read again 48 to 54 s/],
    ['a read in its period', { refreshAfter: '10m' }, /^Vault is read again 480 to 540 s/],
    ['no read without a MAC and a period', { hmacSecretData: false }, /when this object changes$/],
    ['a read in a minute by a period of nothing', { refreshAfter: '0s' }, /again 48 to 54 s/],
  ];
  for (const [sentence, spec, act] of reads)
    it(`is ${sentence}`, () =>
      assert.match(explain(facts({ object: object({ spec }) })).next?.act ?? '', act));

  it('is another try after a failure, and nothing while only a change helps', () => {
    const conditions = failing('VaultSealed', 'Vault is sealed');
    const failed = explain(facts({ object: object({ status: { conditions } }) }));
    assert.match(failed.next?.act ?? '', /tried again/);
    const stalled = [...conditions, condition('Stalled', 'True', 'InvalidSpec')];
    const refused = explain(facts({ object: object({ status: { conditions: stalled } }) }));
    assert.equal(refused.next, undefined);
  });
});

describe('restart targets', () => {
  const STAMP = 'restart.vault-lease-operator/vss.app';
  const say = (workload: Partial<Workload>, status: object = {}) => {
    const sight = found({
      createdAt: 0,
      rollsByItself: true,
      podAnnotations: {},
      rolledOut: true,
      paused: false,
      progressing: undefined,
      counts: '',
      ...workload,
    });
    const target = { kind: 'Deployment', namespace: 'team', name: 'web' } as const;
    const given = facts({ object: object({ status }), targets: [{ target, sight }] });
    return explain(given).restartTargets[0]?.state;
  };

  it('are told apart by what was done to them', () => {
    const podAnnotations = { [STAMP]: 'r2' };
    assert.equal(say({}), 'not restarted by this object so far');
    assert.equal(say({ podAnnotations }), 'restarted and rolled out');
    assert.equal(say({ podAnnotations, rolledOut: false }), 'restarted, rolling out');
    assert.match(say({ podAnnotations, rollsByItself: false }) ?? '', /replaced by hand/);
    assert.match(say({ podAnnotations }, { revision: 'r3' }) ?? '', /is to come$/);
    const settled = { revision: 'r3', restartedRevision: 'r3' };
    assert.match(say({ podAnnotations }, settled) ?? '', /needed no restart$/);
  });
});
