import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rolloutOf, workloadOf } from './workload.ts';

const metadata = {
  name: 'w',
  namespace: 'shop',
  uid: 'u',
  resourceVersion: '1',
  generation: 3,
  creationTimestamp: '2026-01-01T00:00:00Z',
};
const done = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

describe('a workload has rolled out', () => {
  const rows: [string, boolean, object, object?][] = [
    ['when all wanted pods are new and available', true, { replicas: 2 }, done],
    [
      'not before its controller has looked',
      false,
      { replicas: 2 },
      { ...done, observedGeneration: 2 },
    ],
    ['not while a pod is old', false, { replicas: 2 }, { ...done, updatedReplicas: 1 }],
    ['not while a pod is not available', false, { replicas: 2 }, { ...done, availableReplicas: 1 }],
    ['not while an old pod is still there', false, { replicas: 2 }, { ...done, replicas: 3 }],
    ['when it wants no pods and has none', true, { replicas: 0 }, { observedGeneration: 3 }],
    ['not when it never had a status', false, { replicas: 0 }],
    [
      'when it wants one pod by default',
      true,
      {},
      { observedGeneration: 3, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    ],
    [
      'also when it is a DaemonSet, which counts by other names',
      true,
      {},
      {
        observedGeneration: 3,
        desiredNumberScheduled: 4,
        currentNumberScheduled: 4,
        updatedNumberScheduled: 4,
        numberAvailable: 4,
      },
    ],
    [
      'not when a node of a DaemonSet has an old pod',
      false,
      {},
      {
        observedGeneration: 3,
        desiredNumberScheduled: 4,
        currentNumberScheduled: 4,
        updatedNumberScheduled: 3,
        numberAvailable: 4,
      },
    ],
  ];
  for (const [name, expected, spec, status] of rows) {
    it(name, () => {
      assert.equal(workloadOf({ metadata, spec, ...(status && { status }) }).rolledOut, expected);
    });
  }
});

describe('an Argo Rollout has restarted', () => {
  const status = { observedGeneration: '3', availableReplicas: 2 };
  const rows: [string, boolean, object, object][] = [
    ['when Argo says that it did', true, { restartAt: 'T' }, { ...status, restartedAt: 'T' }],
    [
      'not while Argo still says an older time',
      false,
      { restartAt: 'T' },
      { ...status, restartedAt: 'S' },
    ],
    ['not before Argo has looked', false, {}, { ...status, observedGeneration: '2' }],
    ['not while pods are missing', false, { replicas: 3 }, status],
    ['when it was never asked to', true, { replicas: 2 }, status],
  ];
  for (const [name, expected, spec, said] of rows) {
    it(name, () => {
      assert.equal(rolloutOf({ metadata, spec, status: said }).rolledOut, expected);
    });
  }
});

function rolls(updateStrategy: object): boolean {
  return workloadOf({ metadata, spec: { updateStrategy } }).rollsByItself;
}

describe('what is read of a workload', () => {
  it('is when it was made, whether it is paused, and the annotations of its pods', () => {
    const template = { metadata: { annotations: { a: '1' } } };
    const { rolledOut: _, ...workload } = workloadOf({
      metadata,
      spec: { paused: true, template },
    });
    assert.deepEqual(workload, {
      createdAt: 1_767_225_600_000,
      paused: true,
      rollsByItself: true,
      podAnnotations: { a: '1' },
      progressing: undefined,
      counts: '0 0 0',
    });
  });

  it('is what a Deployment says of its progress', () => {
    const says = (status: string) =>
      workloadOf({ metadata, spec: {}, status: { conditions: [{ type: 'Progressing', status }] } })
        .progressing;
    assert.deepEqual([says('True'), says('False'), says('Unknown')], [true, false, undefined]);
  });

  it('is another text with every step of a rollout', () => {
    const { counts } = workloadOf({ metadata, spec: {}, status: done });
    const before = workloadOf({ metadata, spec: {}, status: { ...done, updatedReplicas: 1 } });
    assert.notEqual(before.counts, counts);
    assert.notEqual(rolloutOf({ metadata, spec: {} }).counts, counts);
  });

  it('for a Rollout, its own annotations', () => {
    const own = { ...metadata, annotations: { a: '1' } };
    assert.deepEqual(rolloutOf({ metadata: own, spec: {} }).podAnnotations, { a: '1' });
  });

  it('says that pods do not roll by themselves with OnDelete, nor those below a partition', () => {
    assert.equal(rolls({ type: 'OnDelete' }), false);
    assert.equal(rolls({ type: 'RollingUpdate', rollingUpdate: { partition: 2 } }), false);
    assert.equal(rolls({ type: 'RollingUpdate', rollingUpdate: { partition: 0 } }), true);
  });
});
