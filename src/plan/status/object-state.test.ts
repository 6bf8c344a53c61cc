import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { credentialOf, phaseOf, readinessOf, type ToldObject } from './object-state.ts';

const CREATED = '2026-01-01T00:00:00Z';
const CREATED_AT = 1_767_225_600_000;

function told(status: unknown, kind = 'VaultDynamicSecret'): ToldObject {
  const metadata = {
    name: 'one',
    namespace: 'a',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: CREATED,
  };
  return { kind, metadata, status };
}

function ready(fields: object): ToldObject {
  const lastTransitionTime = '2026-01-01T00:01:00Z';
  const other = { type: 'Healthy', status: 'True', reason: 'Healthy', lastTransitionTime };
  return told({ conditions: [other, { type: 'Ready', lastTransitionTime, ...fields }] });
}

describe('the readiness of an object', () => {
  for (const [sentence, object, readiness, reason, since] of [
    ['is true', ready({ status: 'True', reason: 'Ready' }), 'true', 'Ready', undefined],
    [
      'is false since the transition',
      ready({ status: 'False', reason: 'VaultSealed' }),
      'false',
      'VaultSealed',
      CREATED_AT + 60_000,
    ],
    [
      'is unknown after a bug',
      ready({ status: 'Unknown', reason: 'InternalError' }),
      'unknown',
      'InternalError',
      CREATED_AT + 60_000,
    ],
    [
      'has no word that is not ours',
      ready({ status: 'False', reason: 'Whatever"}' }),
      'false',
      'Other',
      CREATED_AT + 60_000,
    ],
    [
      'does not take a property of every object for a word',
      ready({ status: 'False', reason: 'constructor' }),
      'false',
      'Other',
      CREATED_AT + 60_000,
    ],
    [
      'has no instant while somebody wants the object to rest',
      told({
        conditions: [
          { type: 'Paused', status: 'True', reason: 'Paused', lastTransitionTime: CREATED },
          { type: 'Ready', status: 'False', reason: 'Paused', lastTransitionTime: CREATED },
        ],
      }),
      'false',
      'Paused',
      undefined,
    ],
    ['is pending since the creation', told(undefined), 'unknown', 'Pending', CREATED_AT],
    [
      'is pending when conditions are none',
      told({ conditions: 'none' }),
      'unknown',
      'Pending',
      CREATED_AT,
    ],
    [
      'is unknown when the status is no status',
      ready({ status: 7, reason: 'Ready', lastTransitionTime: 'x' }),
      'unknown',
      'Ready',
      undefined,
    ],
  ] as const)
    it(sentence, () => {
      assert.deepEqual(readinessOf(object), { ready: readiness, reason, notReadySince: since });
    });
});

describe('the credential of an object', () => {
  const lease = { id: 'l', duration: 3600, renewable: true, requestID: '' };
  for (const [sentence, object, credential] of [
    [
      'is a lease from its last renewal on',
      told({ lastRenewalTime: 1000, secretLease: lease }),
      { askedAt: 1_000_000, ttlMs: 3_600_000 },
    ],
    [
      'is none when the answer carried no lease',
      told({ lastRenewalTime: 1000, secretLease: { ...lease, id: '' } }),
      undefined,
    ],
    ['is none before the first', told({}), undefined],
    ['is none without a status', told(undefined), undefined],
    [
      'is none when a number is none',
      told({ lastRenewalTime: 'x', secretLease: lease }),
      undefined,
    ],
    [
      'is a certificate from its rotation to its expiration',
      told({ lastRotation: 1000, expiration: 1600 }, 'VaultPKISecret'),
      { askedAt: 1_000_000, ttlMs: 600_000 },
    ],
    [
      'is none before the first certificate',
      told({ lastRotation: 0, expiration: 0 }, 'VaultPKISecret'),
      undefined,
    ],
    [
      'is none for a kind that keeps none',
      told({ lastRotation: 1000, expiration: 1600 }, 'VaultStaticSecret'),
      undefined,
    ],
  ] as const)
    it(sentence, () => assert.deepEqual(credentialOf(object), credential));
});

describe('the phase of a credential', () => {
  const hour = { askedAt: 0, ttlMs: 3_600_000 };
  const year = { askedAt: 0, ttlMs: 365 * 24 * 3_600_000 };
  for (const [sentence, credential, leftMs, phase] of [
    ['living while more than a twentieth is left', hour, 180_001, 'living'],
    ['closing from a twentieth on', hour, 180_000, 'closing'],
    ['closing in the last ten minutes of a long one', year, 600_000, 'closing'],
    ['living before them', year, 600_001, 'living'],
    ['ended at its end', hour, 0, 'ended'],
  ] as const)
    it(sentence, () => {
      assert.equal(phaseOf(credential, credential.ttlMs - leftMs), phase);
    });
});
