/** A replaced credential stays valid until every restart target runs with its successor, whatever kind it is. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KubeObject, Resource } from '../stage/kube-admin.ts';
import { Leased, WORKLOAD } from '../stage/leased.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { object, tenant } from '../stage/tenant.ts';

/** Longer than the scenario: only what has rolled out can end the overlap. */
const FLAGS = ['--lease-overlap=10m', '--lease-owner-grace=3s'];

describe('a leased secret with targets of other kinds', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  for (const [kind, resource] of [
    ['DaemonSet', 'daemonsets'],
    ['StatefulSet', 'statefulsets'],
  ] as const satisfies readonly (readonly [string, Resource])[])
    it(`gives the old credential back when the ${kind} has rolled out`, async () => {
      const home = await tenant(play);
      const leased = new Leased(play, home);
      await play.kube.apply(withoutPods(kind, home.namespace, 'web'));
      const user = await leased.applied({ rolloutRestartTargets: [{ kind, name: 'web' }] });

      await play.kube.remove('secrets', home.namespace, 'db');
      await leased.replaced(user);

      await leased.holds(1, 60_000);
      assert.equal(await leased.exists(user), false);
      const stamps = await new Sights(play, home).stamps('web', resource);
      assert.equal(Object.keys(stamps).length, 1);
    });

  it('gives the old credential back with its object, though a target has not rolled out', async () => {
    const home = await tenant(play);
    const leased = new Leased(play, home);
    const user = await leased.applied();
    const stuck = { spec: { paused: true, replicas: 1 } };
    await play.kube.patch('deployments', home.namespace, WORKLOAD, stuck);
    await play.kube.remove('secrets', home.namespace, 'db');
    await leased.replaced(user);
    await leased.restarted(2);
    assert.ok(await leased.exists(user), 'pods may use it');

    await leased.remove();

    await leased.holds(0);
  });
});

describe('a static secret with an Argo Rollout as its target', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.kube.apply(ROLLOUTS);
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  it('restarts it once for each change', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    const path = `${home.prefix}/app`;
    const rollout = () => play.kube.get('rollouts', home.namespace, 'web');
    const isServed = () =>
      play.kube.apply(withoutPods('Rollout', home.namespace, 'web')).catch(() => undefined);
    await play.until('Rollouts are served', isServed);
    await play.vault.writeKv2('kv', path, { user: 'ada' });
    await home.staticSecret('app', {
      rolloutRestartTargets: [{ kind: 'argo.Rollout', name: 'web' }],
    });
    await sights.synced('app');
    assert.equal((await rollout())?.['spec'].restartAt, undefined);

    await play.vault.writeKv2('kv', path, { user: 'bob' });
    await play.until('it is restarted', async () => (await rollout())?.['spec'].restartAt);

    const restarted = (await rollout())?.metadata.resourceVersion;
    await play.pass(6_000, async () =>
      assert.equal((await rollout())?.metadata.resourceVersion, restarted),
    );
  });
});

/** As much of Argo's definition as the operator looks at; its controller is not here. */
const ROLLOUTS: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { plural: 'rollouts', singular: 'rollout', kind: 'Rollout', listKind: 'RolloutList' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

const API_VERSIONS: Readonly<Record<string, string>> = { Rollout: 'argoproj.io/v1alpha1' };

/** There is no kubelet: what wants no pods rolls out at once. */
function withoutPods(kind: string, namespace: string, name: string): KubeObject {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'registry.example/app:1' }];
  return {
    ...object(API_VERSIONS[kind] ?? 'apps/v1', kind, namespace, name),
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
      ...(kind === 'StatefulSet' && { serviceName: name, replicas: 0 }),
    },
  };
}
