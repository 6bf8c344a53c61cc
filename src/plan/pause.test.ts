import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from '../api/conditions.ts';
import {
  type CredentialFacts,
  PAUSED_ANNOTATION,
  pausedBy,
  pauseEvent,
  summarisePause,
} from './pause.ts';

const PAUSING = { [PAUSED_ANNOTATION]: 'true' };

describe('pausedBy', () => {
  const rows = [
    ['nobody', undefined, undefined, undefined],
    ['the object', PAUSING, undefined, 'object'],
    ['the namespace', {}, PAUSING, 'namespace'],
    ['the object before its namespace', PAUSING, PAUSING, 'object'],
    [
      'nobody by another value',
      { [PAUSED_ANNOTATION]: 'false' },
      { [PAUSED_ANNOTATION]: '' },
      undefined,
    ],
  ] as const;
  for (const [sentence, object, namespace, expected] of rows)
    it(`is ${sentence}`, () => assert.equal(pausedBy(object, namespace), expected));
});

function condition(type: string): Condition {
  return { type, status: 'True', reason: 'Ready', message: 'm', lastTransitionTime: 't' };
}

describe('summarisePause', () => {
  const told = (before: readonly Condition[], credential?: CredentialFacts) =>
    summarisePause({ by: 'object', before, credential }).verdicts.map(
      ({ type, status, reason }) => `${type}=${status}/${reason}`,
    );
  const READY = [condition('Ready')];
  const fault = { kind: 'transient', reason: 'VaultUnreachable', message: 'm' } as const;

  it('leaves everything else as it was', () => {
    assert.deepEqual(told(READY), ['Paused=True/Paused']);
    assert.deepEqual(told(READY, { alive: true, renewal: undefined, fault: undefined }), [
      'Paused=True/Paused',
    ]);
  });

  it('says that an object was never synced', () => {
    assert.deepEqual(told([]), ['Paused=True/Paused', 'Ready=False/Paused']);
  });

  it('tells how a renewal went, and leaves Ready alone while the credential lives', () => {
    assert.deepEqual(told(READY, { alive: true, renewal: { kind: 'failed', fault }, fault }), [
      'Paused=True/Paused',
      'Reconciling=False/VaultUnreachable',
      'Stalled=False/VaultUnreachable',
      'Healthy=False/Unhealthy',
      'LeaseRenewal=False/SecretLeaseRenewalError',
    ]);
  });

  it('says that the credential has ended', () => {
    const ended = { alive: false, renewal: undefined, fault: undefined };
    assert.deepEqual(told(READY, ended), ['Paused=True/Paused', 'Ready=False/Paused']);
  });
});

describe('pauseEvent', () => {
  it('tells the beginning and the end, once', () => {
    const paused = [condition('Paused')];
    assert.equal(pauseEvent([], paused)?.reason, 'Paused');
    assert.equal(pauseEvent(paused, [])?.reason, 'Resumed');
    assert.equal(pauseEvent(paused, paused), undefined);
    assert.equal(pauseEvent([], []), undefined);
  });
});
