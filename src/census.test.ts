import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Census, type CensusSources, takeCensus } from './census.ts';
import type { ToldObject } from './plan/status/object-state.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');

function object(kind: string, name: string, status: object = {}): ToldObject {
  const metadata = {
    name,
    namespace: 'a',
    uid: name,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  return { kind, metadata, status };
}

function conditions(status: 'True' | 'False', reason: string, at: string) {
  return { conditions: [{ type: 'Ready', status, reason, lastTransitionTime: at }] };
}

/** Seconds before now. */
function lease(id: string, ago: number, duration: number) {
  return {
    lastRenewalTime: NOW / 1000 - ago,
    secretLease: { id, duration, renewable: true, requestID: '' },
  };
}

const READY = conditions('True', 'Ready', '2026-01-01T00:00:00Z');
const OBJECTS = [
  object('VaultStaticSecret', 'well', READY),
  object('VaultStaticSecret', 'new'),
  object('VaultStaticSecret', 'sealed', conditions('False', 'VaultSealed', '2026-01-01T00:30:00Z')),
  object('VaultDynamicSecret', 'fresh', { ...READY, ...lease('1', 10, 3600) }),
  object('VaultDynamicSecret', 'late', { ...READY, ...lease('2', 3500, 3600) }),
  object('VaultAuthGlobal', 'global'),
];

function census(more: Partial<CensusSources> = {}): Census {
  return takeCensus({
    objects: OBJECTS,
    courseOf: ({ name }) =>
      ['well', 'sealed'].includes(name)
        ? {
            succeededAt: NOW - (name === 'well' ? 5_000 : 500_000),
            since: NOW - (name === 'well' ? 5_000 : 500_000),
            periodMs: 60_000,
          }
        : undefined,
    nextAt: ({ name }) => (name === 'well' ? NOW + 55_000 : undefined),
    now: NOW,
    mostObjects: 100,
    ...more,
  });
}

describe('the census', () => {
  it('counts objects by kind, readiness and reason, but no kind without conditions', () => {
    assert.deepEqual(census().vault_lease_operator_objects, [
      [{ kind: 'VaultStaticSecret', ready: 'true', reason: 'Ready' }, 1],
      [{ kind: 'VaultStaticSecret', ready: 'unknown', reason: 'Pending' }, 1],
      [{ kind: 'VaultStaticSecret', ready: 'false', reason: 'VaultSealed' }, 1],
      [{ kind: 'VaultDynamicSecret', ready: 'true', reason: 'Ready' }, 2],
    ]);
  });

  it('tells since when the one that has waited longest is not ready', () => {
    assert.deepEqual(census().vault_lease_operator_not_ready_since_timestamp_seconds, [
      [{ kind: 'VaultStaticSecret' }, NOW / 1000 - 3600],
    ]);
  });

  it('counts what is overdue, and tells the success that is longest ago', () => {
    const { vault_lease_operator_objects_overdue, ...rest } = census();
    assert.deepEqual(vault_lease_operator_objects_overdue, [[{ kind: 'VaultStaticSecret' }, 1]]);
    assert.deepEqual(rest.vault_lease_operator_last_success_timestamp_seconds, [
      [{ kind: 'VaultStaticSecret' }, NOW / 1000 - 500],
    ]);
    assert.deepEqual(rest.vault_lease_operator_next_action_timestamp_seconds, [
      [{ kind: 'VaultStaticSecret' }, NOW / 1000 + 55],
    ]);
  });

  it('counts what is paused', () => {
    const paused = object('VaultAuth', 'resting', {
      conditions: [{ type: 'Paused', status: 'True', reason: 'Paused' }],
    });
    const { vault_lease_operator_objects_paused } = census({ objects: [...OBJECTS, paused] });
    assert.deepEqual(vault_lease_operator_objects_paused, [[{ kind: 'VaultAuth' }, 1]]);
  });

  it('counts credentials by phase, and tells the first end', () => {
    assert.deepEqual(census().vault_lease_operator_credentials, [
      [{ kind: 'VaultDynamicSecret', phase: 'living' }, 1],
      [{ kind: 'VaultDynamicSecret', phase: 'closing' }, 1],
    ]);
    assert.deepEqual(census().vault_lease_operator_credential_expiry_timestamp_seconds, [
      [{ kind: 'VaultDynamicSecret' }, NOW / 1000 + 100],
    ]);
  });

  it('shows objects one by one while they are few, and none of them with one too many', () => {
    const few = census({ mostObjects: OBJECTS.length });
    assert.equal([...few.vault_lease_operator_object_ready].length, 5);
    assert.deepEqual([...few.controller_resource_status][2], [
      { controller: 'vaultstaticsecret', name: 'sealed', namespace: 'a' },
      0,
    ]);
    assert.deepEqual(few.vault_lease_operator_object_expiry_timestamp_seconds, [
      [
        { kind: 'VaultDynamicSecret', object_namespace: 'a', object_name: 'fresh' },
        NOW / 1000 + 3590,
      ],
      [
        { kind: 'VaultDynamicSecret', object_namespace: 'a', object_name: 'late' },
        NOW / 1000 + 100,
      ],
    ]);
    const many = census({ mostObjects: OBJECTS.length - 1 });
    assert.deepEqual(
      Object.entries(many).filter(
        ([name, series]) => /object_|resource/u.test(name) && [...series].length > 0,
      ),
      [],
    );
  });
});
