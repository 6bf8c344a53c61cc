/** Which workloads a VaultStaticSecret restarts, and what it says of those that it cannot. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KubeObject } from '../stage/kube-admin.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { object, type Tenant, tenant } from '../stage/tenant.ts';

const STAMP = 'restart.vault-lease-operator/vss.app';
/** A killed leader would be waited for otherwise. */
const ALONE = { args: ['--leader-elect=false'] };

describe('a changed static secret', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start(ALONE);
  });
  after(closeStage);

  /** With a static secret `app` that holds { user: 'ada' } and restarts these. */
  async function home(
    prepare: (tenancy: Tenant) => Promise<unknown>,
    ...targets: readonly string[]
  ): Promise<[Tenant, Sights]> {
    const tenancy = await tenant(play);
    const sights = new Sights(play, tenancy);
    await prepare(tenancy);
    await play.vault.writeKv2('kv', `${tenancy.prefix}/app`, { user: 'ada' });
    await target(tenancy, ...targets);
    await sights.synced('app');
    return [tenancy, sights];
  }

  async function change({ prefix }: Tenant, sights: Sights, user: string): Promise<void> {
    await play.vault.writeKv2('kv', `${prefix}/app`, { user });
    const isThere = async () => (await sights.texts('app'))['user'] === user;
    await play.until(`the Secret holds ${user}`, isThere);
  }

  it('restarts Deployments, DaemonSets and StatefulSets', async () => {
    const [tenancy, sights] = await home(
      async ({ namespace, deployment }) => {
        await deployment('web');
        await play.kube.apply(daemonSet(namespace, 'agent'));
        await play.kube.apply(statefulSet(namespace, 'store'));
      },
      'Deployment/web',
      'DaemonSet/agent',
      'StatefulSet/store',
    );

    await change(tenancy, sights, 'bob');
    await says(sights, 'True');

    const stamps = await Promise.all([
      sights.stamps('web', 'deployments'),
      sights.stamps('agent', 'daemonsets'),
      sights.stamps('store', 'statefulsets'),
    ]);
    const revisions = new Set(stamps.map((each) => each[STAMP]));
    assert.equal(revisions.size, 1);
    assert.match(revisions.values().next().value ?? '', /^[0-9a-f]{16}$/);
  });

  it('reports a target that does not exist, restarts the others, and tries it again', async () => {
    const [tenancy, sights] = await home(
      ({ deployment }) => deployment('web'),
      'Deployment/web',
      'Deployment/later',
    );

    await change(tenancy, sights, 'bob');
    await says(sights, 'False RestartTargetMissing');
    const message = await sights.message('vaultstaticsecrets', 'app', 'RolloutRestart');
    assert.match(message, /spec\.rolloutRestartTargets names Deployment\/later, .*create it/);
    assert.equal(await sights.says('vaultstaticsecrets', 'app', 'Ready'), 'True');
    const { [STAMP]: stamped } = await sights.stamps('web');
    assert.ok(stamped);

    await tenancy.deployment('later');
    await play.until(
      'the condition clears',
      async () => !(await sights.message('vaultstaticsecrets', 'app', 'RolloutRestart')),
    );
    assert.deepEqual(await sights.stamps('later'), {}, 'it started with the new Secret');
    assert.equal((await sights.stamps('web'))[STAMP], stamped);

    await change(tenancy, sights, 'eve');
    await says(sights, 'True');
    assert.equal((await sights.stamps('later'))[STAMP], (await sights.stamps('web'))[STAMP]);
  });

  it('says nothing more of a target that is taken off the list', async () => {
    const [tenancy, sights] = await home(async () => {}, 'StatefulSet/gone');

    await change(tenancy, sights, 'bob');
    await says(sights, 'False RestartTargetMissing');
    await target(tenancy);
    await sights.synced('app');

    assert.equal(await sights.says('vaultstaticsecrets', 'app', 'RolloutRestart'), undefined);
  });

  it('reports a Rollout where Argo is not installed, and stays in sync', async () => {
    const [tenancy, sights] = await home(async () => {}, 'argo.Rollout/web');

    await change(tenancy, sights, 'bob');
    await says(sights, 'False RestartTargetMissing');
    assert.equal(await sights.says('vaultstaticsecrets', 'app', 'SecretSynced'), 'True');
  });

  it('stamps a paused Deployment too, which rolls when it is resumed', async () => {
    const [tenancy, sights] = await home(({ deployment }) => deployment('web'), 'Deployment/web');
    await play.kube.patch('deployments', tenancy.namespace, 'web', { spec: { paused: true } });

    await change(tenancy, sights, 'bob');
    await says(sights, 'True');

    assert.equal(Object.keys(await sights.stamps('web')).length, 1);
  });

  it('is no reason to stamp again when somebody takes the stamp off', async () => {
    const [tenancy, sights] = await home(({ deployment }) => deployment('web'), 'Deployment/web');
    await change(tenancy, sights, 'bob');
    await says(sights, 'True');

    const template = { metadata: { annotations: { [STAMP]: null } } };
    await play.kube.patch('deployments', tenancy.namespace, 'web', { spec: { template } });
    await play.pass(3_000);

    assert.deepEqual(await sights.stamps('web'), {});
  });

  it('is restarted for although the operator was killed between the Secret and the restart', async () => {
    const tenancy = await tenant(play);
    const sights = new Sights(play, tenancy);
    const { namespace, prefix } = tenancy;
    await tenancy.deployment('web');
    const write = (user: string) => play.vault.call('POST', `kv1/${prefix}/app`, { user });
    await write('ada');
    await tenancy.staticSecret('app', {
      mount: 'kv1',
      type: 'kv-v1',
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }],
    });
    await sights.synced('app');

    await play.operator.kill();
    await write('bob');
    const written = { user: 'bob', _raw: '{"user":"bob"}' };
    await play.kube.patch('secrets', namespace, 'app', { stringData: written });
    const version = await sights.version('secrets', 'app');
    await play.operator.start(ALONE);

    await play.until('it was restarted', async () => STAMP in (await sights.stamps('web')));
    assert.equal(await sights.version('secrets', 'app'), version);
  });
});

/** Each as "Kind/name". */
function target({ staticSecret }: Tenant, ...targets: readonly string[]) {
  return staticSecret('app', {
    refreshAfter: '1s',
    rolloutRestartTargets: targets.map((each) => {
      const [kind, name] = each.split('/');
      return { kind, name };
    }),
  });
}

function says(sights: Sights, wanted: string) {
  return sights.until('vaultstaticsecrets', 'app', 'RolloutRestart', wanted);
}

function daemonSet(namespace: string, name: string): KubeObject {
  return { ...object('apps/v1', 'DaemonSet', namespace, name), spec: { ...pods(name) } };
}

function statefulSet(namespace: string, name: string): KubeObject {
  return {
    ...object('apps/v1', 'StatefulSet', namespace, name),
    spec: { ...pods(name), serviceName: name, replicas: 1 },
  };
}

function pods(name: string) {
  const labels = { app: name };
  const containers = [{ name: 'app', image: 'registry.example/app:1' }];
  return {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
}
