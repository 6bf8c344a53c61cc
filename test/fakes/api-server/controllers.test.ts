import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock.ts';
import type { Fields } from './objects.ts';
import { type FakeApiServer, startApiServer } from './server.ts';

const REF = { kind: 'Deployment', namespace: 'default', name: 'web' };

function workload(kind: string, stamp: string, spec: Fields = {}): Fields {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, annotations: { stamp } },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      },
      ...spec,
    },
  };
}

function configMap(name: string, metadata: Fields = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ...metadata },
  };
}

/** Lets work of the next turn happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the controllers beside the server', () => {
  let clock: VirtualClock;
  let server: FakeApiServer;
  beforeEach(async () => {
    clock = new VirtualClock();
    server = await startApiServer({ clock });
  });
  afterEach(() => server.stop());
  const status = (table = 'deployments.apps') => server.get(table, 'default', 'web')?.status ?? {};

  it('roll out a Deployment at once, unless told otherwise', async () => {
    await server.apply(workload('Deployment', 'one'));
    await turn();
    assert.partialDeepStrictEqual(status(), { observedGeneration: 1, updatedReplicas: 2 });
  });

  for (const [kind, table, expected] of [
    [
      'Deployment',
      'deployments.apps',
      { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
    ],
    [
      'StatefulSet',
      'statefulsets.apps',
      { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
    ],
    [
      'DaemonSet',
      'daemonsets.apps',
      {
        observedGeneration: 1,
        desiredNumberScheduled: 1,
        updatedNumberScheduled: 1,
        numberAvailable: 1,
      },
    ],
  ] as const) {
    it(`take a ${kind} to its end after the delay`, async () => {
      server.workloads.delayMs = 30_000;
      await server.apply(workload(kind, 'one'));
      await turn();
      assert.notDeepEqual(status(table), {});
      clock.advanceBy(29_000);
      assert.ok(!('updatedReplicas' in status(table)) || status(table)['updatedReplicas'] === 0);
      clock.advanceBy(1_000);
      assert.partialDeepStrictEqual(status(table), expected);
    });
  }

  it('count revisions of a Deployment by its template alone', async () => {
    const revision = () =>
      server.get('deployments.apps', 'default', 'web')?.metadata.annotations?.[
        'deployment.kubernetes.io/revision'
      ];
    await server.apply(workload('Deployment', 'one'));
    await turn();
    await server.apply({
      ...workload('Deployment', 'one'),
      metadata: { name: 'web', labels: { a: 'b' } },
    });
    await turn();
    assert.equal(revision(), '1');
    await server.apply(workload('Deployment', 'two'));
    await turn();
    assert.equal(revision(), '2');
  });

  it('hold a rollout until released', async () => {
    server.workloads.hold(REF);
    await server.apply(workload('Deployment', 'one'));
    await turn();
    assert.partialDeepStrictEqual(status(), { observedGeneration: 1, updatedReplicas: 0 });
    server.workloads.release(REF);
    assert.partialDeepStrictEqual(status(), { updatedReplicas: 2 });
  });

  it('leave a paused Deployment as it is until it goes on', async () => {
    await server.apply(workload('Deployment', 'one', { paused: true }));
    await turn();
    assert.partialDeepStrictEqual(status(), { observedGeneration: 1, updatedReplicas: 0 });
    await server.apply(workload('Deployment', 'one', { paused: false }));
    await turn();
    assert.partialDeepStrictEqual(status(), { updatedReplicas: 2 });
  });

  it('fail a rollout', async () => {
    server.workloads.fail(REF);
    await server.apply(workload('Deployment', 'one'));
    await turn();
    assert.partialDeepStrictEqual(status(), {
      updatedReplicas: 0,
      conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
    });
  });

  it('collect garbage after a delay', async () => {
    server.garbage.delayMs = 5_000;
    const uid = '11111111-1111-1111-1111-111111111111';
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Secret', name: 'gone', uid }];
    await server.apply(configMap('a', { ownerReferences }));
    clock.advanceBy(4_999);
    assert.ok(server.get('configmaps', 'default', 'a'));
    clock.advanceBy(1);
    assert.equal(server.get('configmaps', 'default', 'a'), undefined);
  });

  it('collect no garbage while held, and all of it afterwards', async () => {
    server.garbage.hold();
    const uid = '11111111-1111-1111-1111-111111111111';
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Secret', name: 'gone', uid }];
    await server.apply(configMap('a', { ownerReferences }));
    await turn();
    assert.ok(server.get('configmaps', 'default', 'a'));
    server.garbage.release();
    await turn();
    assert.equal(server.get('configmaps', 'default', 'a'), undefined);
  });

  it('give each new namespace its default service account', async () => {
    await server.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } });
    await turn();
    assert.ok(server.get('serviceaccounts', 'new', 'default'));
  });
});
