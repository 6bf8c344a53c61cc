import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault, FaultKind } from '../../runtime/fault.ts';
import { reasonOf, type SyncFacts, sentenceOf, summariseSync } from './status.ts';

function fault(kind: FaultKind, reason = 'VaultSealed'): Fault {
  return { kind, reason, message: 'Vault is sealed' };
}

/** One line for each condition: type, status and reason. */
function told(facts: SyncFacts): readonly string[] {
  return summariseSync(facts).verdicts.map(
    ({ type, status, reason }) => `${type}=${status}/${reason}`,
  );
}

describe('summariseSync', () => {
  const rows: readonly [string, SyncFacts, readonly string[]][] = [
    [
      'all is well',
      { usable: true, synced: true },
      [
        'Ready=True/Ready',
        'Reconciling=False/Healthy',
        'Stalled=False/Healthy',
        'Healthy=True/Healthy',
        'SecretSynced=True/Synced',
      ],
    ],
    [
      'nothing is done yet',
      { usable: false, synced: false },
      [
        'Ready=False/Progressing',
        'Reconciling=True/Progressing',
        'Stalled=False/Healthy',
        'Healthy=True/Healthy',
        'SecretSynced=False/Progressing',
      ],
    ],
    [
      'something is under way beside a good Secret',
      { usable: true, synced: true, working: 'the rollout goes on' },
      [
        'Ready=True/Ready',
        'Reconciling=True/Progressing',
        'Stalled=False/Healthy',
        'Healthy=True/Healthy',
        'SecretSynced=True/Synced',
      ],
    ],
    [
      'Vault is away while the credential lives: ready, and unhealthy',
      { usable: true, synced: false, fault: fault('throttled') },
      [
        'Ready=True/Ready',
        'Reconciling=False/VaultSealed',
        'Stalled=False/VaultSealed',
        'Healthy=False/Unhealthy',
        'SecretSynced=False/VaultSealed',
      ],
    ],
    [
      'Vault is away and nothing is in place: not ready, tried again',
      { usable: false, synced: false, fault: fault('throttled') },
      [
        'Ready=False/VaultSealed',
        'Reconciling=True/Progressing',
        'Stalled=False/VaultSealed',
        'Healthy=False/Unhealthy',
        'SecretSynced=False/VaultSealed',
      ],
    ],
    [
      'the specification is refused: stalled, even with the old Secret in place',
      { usable: true, synced: true, fault: fault('refused', 'InvalidSpec') },
      [
        'Ready=False/InvalidSpec',
        'Reconciling=False/InvalidSpec',
        'Stalled=True/InvalidSpec',
        'Healthy=False/Unhealthy',
        'SecretSynced=True/Synced',
      ],
    ],
    [
      'a bug and nothing in place: nobody knows',
      { usable: false, synced: false, fault: fault('bug', 'InternalError') },
      [
        'Ready=Unknown/InternalError',
        'Reconciling=True/Progressing',
        'Stalled=False/InternalError',
        'Healthy=False/Unhealthy',
        'SecretSynced=False/InternalError',
      ],
    ],
  ];
  for (const [name, facts, want] of rows) it(name, () => assert.deepEqual(told(facts), want));

  it('says what is under way', () => {
    const { verdicts } = summariseSync({ usable: false, synced: false, working: 'issuing' });
    assert.deepEqual(
      verdicts.filter(({ message }) => message === 'issuing').map(({ type }) => type),
      ['Ready', 'Reconciling', 'SecretSynced'],
    );
  });

  it('names the failure in Healthy, whose reason is always the word of VSO', () => {
    const { verdicts } = summariseSync({ usable: true, synced: true, fault: fault('transient') });
    const healthy = verdicts.find(({ type }) => type === 'Healthy');
    assert.equal(healthy?.message, 'VaultSealed: Vault is sealed');
  });
});

describe('summariseSync of restarts and renewals', () => {
  const well = { usable: true, synced: true };
  const rows: readonly [string, Partial<SyncFacts>, readonly string[], readonly string[]][] = [
    ['nothing new: both stay as they were', {}, [], []],
    [
      'no targets and no lease: both go',
      { restart: { kind: 'none' }, renewal: { kind: 'none' } },
      [],
      ['RolloutRestart', 'LeaseRenewal'],
    ],
    [
      'one target restarted',
      { restart: { kind: 'restarted', targets: 1 } },
      ['RolloutRestart=True/RolloutRestartTriggered 1 target was restarted'],
      [],
    ],
    [
      'targets restarted',
      { restart: { kind: 'restarted', targets: 2 } },
      ['RolloutRestart=True/RolloutRestartTriggered 2 targets were restarted'],
      [],
    ],
    [
      'a restart failed',
      { restart: { kind: 'failed', fault: fault('waiting', 'RestartTargetMissing') } },
      ['RolloutRestart=False/RestartTargetMissing Vault is sealed'],
      [],
    ],
    [
      'the lease was renewed',
      { renewal: { kind: 'renewed' } },
      ['LeaseRenewal=True/SecretLeaseRenewal the lease was renewed'],
      [],
    ],
    [
      'renewing failed',
      { renewal: { kind: 'failed', fault: fault('throttled') } },
      ['LeaseRenewal=False/SecretLeaseRenewalError VaultSealed: Vault is sealed'],
      [],
    ],
  ];
  for (const [name, facts, want, gone] of rows)
    it(name, () => {
      const { verdicts, retracted } = summariseSync({ ...well, ...facts });
      const beyond = verdicts
        .slice(5)
        .map(({ type, status, reason, message }) => `${type}=${status}/${reason} ${message}`);
      assert.deepEqual(beyond, want);
      assert.deepEqual(retracted, gone);
    });
});

describe('words', () => {
  it('of ours stay', () => assert.equal(reasonOf(fault('denied', 'LoginDenied')), 'LoginDenied'));
  it('nobody knows are a bug', () => {
    for (const word of ['Whatever', 'toString', '__proto__'])
      assert.equal(reasonOf(fault('denied', word)), 'InternalError');
  });
  it('make one line with the message', () =>
    assert.equal(sentenceOf(fault('denied')), 'VaultSealed: Vault is sealed'));
});
