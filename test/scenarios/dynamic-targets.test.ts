/** A replaced credential stays valid until every restart target runs with its successor, whatever kind it is. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KubeObject, Resource } from '../stage/kube-admin.ts';
import { Leased } from '../stage/leased.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { object, tenant } from '../stage/tenant.ts';

/** Longer than the scenario: only what has rolled out can end the overlap. */
const FLAGS = ['--lease-overlap=10m'];

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
});

/** There is no kubelet: what wants no pods rolls out at once. */
function withoutPods(kind: string, namespace: string, name: string): KubeObject {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'registry.example/app:1' }];
  return {
    ...object('apps/v1', kind, namespace, name),
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
      ...(kind === 'StatefulSet' && { serviceName: name, replicas: 0 }),
    },
  };
}
