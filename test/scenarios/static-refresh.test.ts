/** A VaultStaticSecret as time goes by: quiet while nothing changes, repaired at once, one restart per change. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callsSince, kubernetesCalls, Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const WEB = { rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] };
/** Nothing but what the scenario does sets anything in motion. */
const SELDOM = { ...WEB, refreshAfter: '5h' };
/** A killed leader would be waited for otherwise. */
const ALONE = { args: ['--leader-elect=false'] };

describe('a static secret, once synced,', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start(ALONE);
  });
  after(closeStage);

  /** With a Deployment `web` and the static secrets of these names, each holding { user: 'ada' }. */
  async function home(spec: object, ...names: readonly string[]): Promise<[Tenant, Sights]> {
    const tenancy = await tenant(play);
    const sights = new Sights(play, tenancy);
    await tenancy.deployment('web');
    for (const name of names) {
      await write(tenancy, name, { user: 'ada' });
      await tenancy.staticSecret(name, spec);
    }
    for (const name of names) await sights.synced(name);
    return [tenancy, sights];
  }

  const write = ({ prefix }: Tenant, name: string, data: object) =>
    play.vault.writeKv2('kv', `${prefix}/${name}`, data);

  it('is read a hundred times without a single call to Kubernetes', async () => {
    const [{ prefix }, sights] = await home({ ...WEB, refreshAfter: '0.1s' }, 'app');
    const asked = () => sights.asked(`kv/data/${prefix}/app`);
    await play.until(
      'its first sync was told',
      async () => (await sights.events('app')).length > 0,
    );
    const [calls, before, reads] = [
      await kubernetesCalls(play),
      await versionsOf(sights),
      await asked(),
    ];

    await play.until('it was read 100 times', async () => (await asked()) >= reads + 100, 60_000);

    assert.deepEqual(await versionsOf(sights), before);
    // A VaultConnection looks at its CA now and again.
    const { 'get secrets': _, ...made } = await callsSince(play, calls);
    assert.deepEqual(made, {});
  });

  it('follows a new value by one write, and restarts its workload once', async () => {
    const [tenancy, sights] = await home({ ...WEB, refreshAfter: '2s' }, 'app');
    await play.until(
      'its first sync was told',
      async () => (await sights.events('app')).length > 0,
    );
    const calls = await kubernetesCalls(play);

    await write(tenancy, 'app', { user: 'bob' });
    await play.until(
      'it is told',
      async () =>
        (await sights.reasons('app')).join() ===
        'RolloutRestartTriggered,SecretSynced,SecretSynced',
    );

    assert.equal((await sights.texts('app'))['user'], 'bob');
    assert.equal(await sights.says('vaultstaticsecrets', 'app', 'RolloutRestart'), 'True');
    assert.deepEqual(await callsSince(play, calls), {
      'create events': 2,
      'patch deployments': 1,
      'patch vaultstaticsecrets': 1,
      'update secrets': 1,
    });
    const before = await versionsOf(sights);
    await play.pass(5_000);
    assert.deepEqual(await versionsOf(sights), before);
    assert.deepEqual(Object.keys(await sights.stamps('web')), [
      'restart.vault-lease-operator/vss.app',
    ]);
  });

  it('restarts a workload once together with another that changes with it', async () => {
    const [tenancy, sights] = await home(SELDOM, 'one', 'other');
    const generation = async () => (await sights.get('deployments', 'web'))?.metadata.generation;
    const before = (await generation()) ?? 0;
    for (const name of ['one', 'other']) await write(tenancy, name, { user: 'bob' });

    await Promise.all(
      ['one', 'other'].map((name) => tenancy.staticSecret(name, { ...SELDOM, refreshAfter: '6h' })),
    );

    await play.until(
      'both restarted it',
      async () => Object.keys(await sights.stamps('web')).length === 2,
    );
    assert.equal(await generation(), before + 1);
  });

  it('stays as it is when the object changes in what is no data', async () => {
    const [{ staticSecret, deployment }, sights] = await home(SELDOM, 'app');
    await deployment('other');
    const version = await sights.version('secrets', 'app');
    const edits = [
      { refreshAfter: '4h' },
      {
        rolloutRestartTargets: [
          ...WEB.rolloutRestartTargets,
          { kind: 'Deployment', name: 'other' },
        ],
      },
      { version: 1 },
      { destination: { name: 'app', create: true, transformation: {} } },
      { destination: { name: 'app', create: true, overwrite: true, labels: {}, annotations: {} } },
      { namespace: '', vaultAuthRef: 'app', syncConfig: {}, rolloutRestartTargets: [] },
    ];

    for (const edit of edits) {
      await staticSecret('app', { ...SELDOM, ...edit });
      await sights.synced('app');
      assert.equal(await sights.version('secrets', 'app'), version);
    }

    assert.deepEqual(await sights.stamps('web'), {});
    assert.deepEqual(await sights.stamps('other'), {});
  });

  it('is repaired at once when its Secret is edited or deleted, and restarts nothing', async () => {
    const [{ namespace }, sights] = await home(SELDOM, 'app');
    const user = async () => (await sights.texts('app'))['user'];
    const since = play.now();

    await play.kube.patch('secrets', namespace, 'app', { stringData: { user: 'eve', more: 'x' } });
    await play.until('the edit is undone', async () => (await user()) === 'ada', 5_000);
    assert.equal((await sights.texts('app'))['more'], undefined);
    const { uid } = (await sights.secret('app'))?.metadata ?? {};
    await play.kube.remove('secrets', namespace, 'app');
    await play.until('it is back', async () => (await user()) === 'ada', 5_000);

    assert.notEqual((await sights.secret('app'))?.metadata.uid, uid);
    assert.ok(play.now() - since < 10_000);
    assert.deepEqual(await sights.stamps('web'), {});
    await sights.synced('app');
  });

  it('says so when its Secret is gone and Vault is away, and mends it when Vault is back', async () => {
    const [{ namespace }, sights] = await home(SELDOM, 'app');

    await play.stopVault();
    await play.kube.remove('secrets', namespace, 'app');
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False VaultUnreachable');
    await play.startVault();

    await sights.synced('app', 60_000);
    assert.equal((await sights.texts('app'))['user'], 'ada');
    assert.deepEqual(await sights.stamps('web'), {});
  });

  it('survives a killed operator without a write', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `app-${index}`);
    const [{ namespace, prefix }, sights] = await home(SELDOM, ...names);
    const all = async () => {
      const resources = ['secrets', 'vaultstaticsecrets', 'deployments'] as const;
      const lists = resources.map((each) => play.kube.list(each, namespace));
      return (await Promise.all(lists))
        .flat()
        .map(({ kind, metadata }) => [kind, metadata.name, metadata.resourceVersion]);
    };
    const reads = async () => sights.asked(`kv/data/${prefix}/app-`);
    const [before, asked] = [await all(), await reads()];

    await play.operator.kill();
    await play.operator.start(ALONE);
    await play.until('all were read again', async () => (await reads()) >= asked + names.length);
    await play.pass(1_000);

    assert.deepEqual(await all(), before);
  });
});

async function versionsOf(sights: Sights) {
  return [
    await sights.version('secrets', 'app'),
    await sights.version('vaultstaticsecrets', 'app'),
    (await sights.get('deployments', 'web'))?.metadata.generation,
  ];
}
