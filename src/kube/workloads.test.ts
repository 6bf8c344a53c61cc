import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Route } from './api-call.ts';
import { failed } from './testing/rig.ts';
import { never, type Site, site } from './testing/site.ts';
import { isRecord } from './wire.ts';
import { type Target, type TargetKind, WorkloadPatches } from './workloads.ts';

const ROUTES: Readonly<Record<TargetKind, Route>> = {
  Deployment: { group: 'apps', version: 'v1', plural: 'deployments' },
  StatefulSet: { group: 'apps', version: 'v1', plural: 'statefulsets' },
  DaemonSet: { group: 'apps', version: 'v1', plural: 'daemonsets' },
  'argo.Rollout': { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts' },
};
const KINDS = Object.keys(ROUTES) as TargetKind[];

const assertLeading = (): void => undefined;

describe('restart targets', () => {
  let at: Site;
  let workloads: WorkloadPatches;

  const patches = (): number => at.reports.filter(({ verb }) => verb === 'patch').length;
  const make = async (kind: TargetKind, name: string): Promise<Target> => {
    const { group, version } = ROUTES[kind];
    const labels = { app: name };
    const template = {
      metadata: { labels, annotations: { 'example.com/kept': '1' } },
      spec: { containers: [{ name: 'c', image: 'example.com/none' }] },
    };
    const replicas = kind === 'DaemonSet' ? {} : { replicas: 0 };
    const body = {
      apiVersion: `${group}/${version}`,
      kind: kind.replace('argo.', ''),
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template, ...replicas },
    };
    await at.call({ verb: 'create', route: ROUTES[kind], namespace: at.namespace, body });
    return { kind, namespace: at.namespace, name };
  };

  before(async () => {
    at = await site('workloads');
    const { transport, clock } = at;
    workloads = new WorkloadPatches({ transport, clock, windowMs: 20, assertLeading });
  });
  after(() => at[Symbol.asyncDispose]());

  for (const kind of KINDS) {
    it(`${kind}: a stamp shows, other annotations stay`, async () => {
      const target = await make(kind, `stamped-${ROUTES[kind].plural}`);
      assert.equal(await workloads.stamp(target, { 'example.com/a': '1' }, never), 'stamped');
      const workload = await workloads.read(target, never);
      assert.equal(workload?.podAnnotations['example.com/a'], '1');
      const kept = kind === 'argo.Rollout' ? undefined : '1';
      assert.equal(workload?.podAnnotations['example.com/kept'], kept);
      assert.ok(workload.createdAt > 1_700_000_000_000);
    });

    it(`${kind}: what is not there is missing`, async () => {
      const target = { kind, namespace: at.namespace, name: 'nobody' };
      assert.equal(await workloads.stamp(target, { a: '1' }, never), 'missing');
      assert.equal(await workloads.read(target, never), undefined);
    });
  }

  it('are patched once for stamps that come together', async () => {
    const target = await make('Deployment', 'together');
    const earlier = patches();
    await Promise.all(
      ['a', 'b', 'c'].map((key) => workloads.stamp(target, { [`example.com/${key}`]: '1' }, never)),
    );
    assert.equal(patches() - earlier, 1);
    const stamped = (await workloads.read(target, never))?.podAnnotations ?? {};
    assert.deepEqual(Object.keys(stamped).sort(), [
      'example.com/a',
      'example.com/b',
      'example.com/c',
      'example.com/kept',
    ]);
  });

  it('that are stamped with the value they have do not change', async () => {
    const target = await make('Deployment', 'again');
    const { namespace, name } = target;
    const generation = async (): Promise<number | undefined> =>
      (await at.call({ verb: 'get', route: ROUTES.Deployment, namespace, name })).metadata
        .generation;
    await workloads.stamp(target, { 'example.com/a': '1' }, never);
    const first = await generation();
    await workloads.stamp(target, { 'example.com/a': '1' }, never);
    assert.equal(await generation(), first);
  });

  it('of Argo restart in place: the pod template stays, so no canary begins', async () => {
    const target = await make('argo.Rollout', 'in-place');
    await workloads.stamp(target, { 'example.com/a': '1' }, never);
    const { namespace, name } = target;
    const { spec } = await at.call({ verb: 'get', route: ROUTES['argo.Rollout'], namespace, name });
    assert.ok(isRecord(spec));
    assert.match(String(spec['restartAt']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(!JSON.stringify(spec['template']).includes('example.com/a'));
  });

  it('that we may not touch are a missing grant, by name', async () => {
    const transport = await at.stranger();
    const stranger = new WorkloadPatches({
      transport,
      clock: at.clock,
      windowMs: 0,
      assertLeading,
    });
    const target: Target = { kind: 'Deployment', namespace: at.namespace, name: 'together' };
    const error = await failed(stranger.stamp(target, { a: '1' }, never));
    assert.equal(error.fault.reason, 'KubernetesForbidden');
    assert.match(error.message, /may not patch deployments\.apps in namespace/);
  });

  it('are left alone when the lead was lost while the stamp waited', async () => {
    const target = await make('Deployment', 'lost');
    let asked = 0;
    const losing = new WorkloadPatches({
      transport: at.transport,
      clock: at.clock,
      windowMs: 0,
      assertLeading: () => {
        asked += 1;
        if (asked > 1) throw new Error('not leading');
      },
    });
    const earlier = patches();
    await assert.rejects(losing.stamp(target, { a: '1' }, never), /not leading/);
    assert.equal(patches(), earlier);
  });
});
