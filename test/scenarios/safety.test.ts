/** What must not be lost or happen twice when things go away and come back. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { conditionOf, type KubeObject, textsOf } from '../stage/kube-admin.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const FLAGS = ['--lease-overlap=4s', '--lease-owner-grace=6s'];

describe('safety', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  const secretOf = (home: Tenant, name = 'db') => play.kube.get('secrets', home.namespace, name);
  const userOf = async (home: Tenant, name = 'db') =>
    textsOf(await secretOf(home, name))['username'];
  const leases = (home: Tenant) => play.vault.leases(home.leasePrefix);
  const issues = async (home: Tenant) =>
    (await play.vaultNotes()).filter(({ path }) => path === home.leasePrefix).length;
  const workload = (home: Tenant, name = 'web') =>
    play.kube.get('deployments', home.namespace, name);
  const stamps = async (home: Tenant) =>
    Object.values((await workload(home))?.['spec'].template.metadata.annotations ?? {});
  const isReady = async (home: Tenant, name = 'db') =>
    conditionOf(await play.kube.get('vaultdynamicsecrets', home.namespace, name), 'Ready')
      ?.status === 'True';

  async function applied(home: Tenant, name = 'db'): Promise<string> {
    await home.dynamicSecret(name, {
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }],
    });
    await play.until(`${name} is ready`, () => isReady(home, name));
    return (await userOf(home, name)) ?? '';
  }

  it('a Vault that was away for half a TTL finds its leases renewed and none issued', async () => {
    const home = await tenant(play, { leaseTtl: 30, tokenTtl: 60 });
    await home.deployment('web');
    const user = await applied(home);

    await play.stopVault();
    await play.pass(15_000);
    await play.startVault();
    const renewed = async () =>
      Number(
        (await play.kube.get('vaultdynamicsecrets', home.namespace, 'db'))?.['status']
          .lastRenewalTime,
      );
    const before = await renewed();
    await play.until('the lease was renewed', async () => (await renewed()) > before, 30_000);

    assert.equal(await userOf(home), user);
    assert.equal(await issues(home), 1);
    assert.deepEqual(await stamps(home), []);
  });

  it('an object and a namespace that go while Vault is away go at once, and their leases later', async () => {
    const [one, other] = [await tenant(play), await tenant(play)];
    await applied(one);
    await applied(other);

    await play.stopVault();
    await play.kube.remove('vaultdynamicsecrets', one.namespace, 'db');
    await other.remove();
    await play.until(
      'the object is gone',
      async () => (await play.kube.get('vaultdynamicsecrets', one.namespace, 'db')) === undefined,
      10_000,
    );
    await play.until(
      'the namespace is gone',
      async () => (await play.kube.get('namespaces', '', other.namespace)) === undefined,
      60_000,
    );
    await play.startVault();

    for (const home of [one, other])
      await play.until(
        'the lease is given back',
        async () => (await leases(home)).length === 0,
        90_000,
      );
    await play.until('no ledger record is left', async () =>
      (await records(play)).every(
        (record) => ![one, other].some((home) => record.includes(home.namespace)),
      ),
    );
  });

  it('an object that is recreated within the grace gets a new credential and restarts its targets once', async () => {
    const home = await tenant(play);
    await home.deployment('web');
    const user = await applied(home);

    await play.kube.remove('vaultdynamicsecrets', home.namespace, 'db');
    const again = await applied(home);

    assert.notEqual(again, user);
    await play.until('the Deployment was restarted', async () => (await stamps(home)).length === 1);
    await play.until(
      'the old lease is given back',
      async () => (await leases(home)).length === 1,
      30_000,
    );
    assert.equal(await userOf(home), again);
    assert.equal((await stamps(home)).length, 1);
  });

  it('fifty healthy leases survive a killed operator untouched', async () => {
    const home = await tenant(play);
    const workloads = ['web-0', 'web-1', 'web-2', 'web-3', 'web-4'];
    await Promise.all(workloads.map((name) => home.deployment(name)));
    const names = Array.from({ length: 50 }, (_, index) => `db-${index}`);
    const targetOf = (index: number) => ({ kind: 'Deployment', name: `web-${index % 5}` });
    await Promise.all(
      names.map((name, index) =>
        home.dynamicSecret(name, { rolloutRestartTargets: [targetOf(index)] }),
      ),
    );
    for (const name of names)
      await play.until(`${name} is ready`, () => isReady(home, name), 60_000);
    const versions = async () =>
      (await play.kube.list('secrets', home.namespace)).map(
        ({ metadata }) => metadata.resourceVersion,
      );
    const rollouts = async () =>
      Promise.all(workloads.map(async (name) => rolloutOf(await workload(home, name))));
    const before = await versions();
    const untouched = await rollouts();
    const issued = await issues(home);

    await play.operator.kill();
    await play.operator.start({ args: FLAGS });
    await play.pass(5_000);

    assert.equal(issued, 50);
    assert.equal(await issues(home), issued);
    assert.deepEqual(await versions(), before);
    assert.deepEqual(
      untouched,
      workloads.map(() => ({ generation: 1, stamps: {} })),
    );
    assert.deepEqual(await rollouts(), untouched);
  });

  for (const [what, change] of [
    ['for another time', { tokenExpirationSeconds: 900 }],
    ['to another audience as well', { audiences: ['vault', 'another'] }],
  ] as const)
    it(`a VaultAuth that proves who we are ${what} issues nothing and restarts nobody`, async () => {
      const home = await tenant(play);
      await home.deployment('web');
      const user = await applied(home);
      const auth = () => play.kube.get('vaultauths', home.namespace, 'app');
      const kubernetes = (await auth())?.['spec'].kubernetes;

      await play.kube.patch('vaultauths', home.namespace, 'app', {
        spec: { kubernetes: { ...kubernetes, ...change } },
      });
      await play.until('the VaultAuth was looked at', async () => {
        const seen = conditionOf(await auth(), 'Ready')?.observedGeneration;
        return seen === (await auth())?.metadata.generation;
      });

      await play.pass(3_000, async () => {
        assert.equal(await userOf(home), user);
        assert.equal(await issues(home), 1);
        assert.deepEqual(await stamps(home), []);
      });
    });

  it('a hundred refreshes of unchanged data write nothing', async () => {
    const home = await tenant(play);
    await home.deployment('web');
    await play.vault.writeKv2('kv', `${home.prefix}/quiet`, { a: '1' });
    await home.staticSecret('quiet', {
      refreshAfter: '0.2s',
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }],
    });
    await play.until(
      'the Secret is there',
      async () => (await secretOf(home, 'quiet')) !== undefined,
    );
    const reads = async () =>
      (await play.vaultNotes()).filter(({ path }) => path === `kv/data/${home.prefix}/quiet`)
        .length;
    const states = async () => [
      stateOf(await secretOf(home, 'quiet')),
      stateOf(await play.kube.get('vaultstaticsecrets', home.namespace, 'quiet')),
      stateOf(await workload(home)),
    ];
    // The controller of Deployments has its own say at first.
    let [before, since] = [await states(), await reads()];
    await play.until('nobody writes any more', async () => {
      const now = await states();
      if (!isDeepStrictEqual(now, before)) [before, since] = [now, await reads()];
      return (await reads()) - since >= 20;
    });
    const count = await reads();

    await play.until(
      'it was read a hundred times more',
      async () => (await reads()) >= count + 100,
      60_000,
    );

    assert.deepEqual(await states(), before);
    assert.deepEqual(await stamps(home), []);
  });

  it('a stopped operator leaves no login of its own and every lease', async () => {
    const home = await tenant(play);
    await play.vault.writeKv2('kv', `${home.prefix}/config`, { a: '1' });
    await home.staticSecret('config');
    await applied(home);
    await play.until(
      'the Secret is there',
      async () => (await secretOf(home, 'config')) !== undefined,
    );
    const tokens = async () => (await play.vault.accessorsOf(home.role)).length;
    assert.equal(await tokens(), 2);

    await play.operator.stop();

    assert.equal(await tokens(), 1);
    assert.equal((await leases(home)).length, 1);
    await play.operator.start({ args: FLAGS });
  });
});

/** What a restart would change of a workload. Its controller writes the rest. */
function rolloutOf(workload: KubeObject | undefined) {
  return {
    generation: workload?.metadata.generation,
    stamps: workload?.['spec'].template.metadata.annotations ?? {},
  };
}

/** That nobody wrote to an object. */
function stateOf(object: KubeObject | undefined) {
  return [object?.metadata.resourceVersion, object?.metadata.generation];
}

/** The ledger's records as texts. */
async function records(play: Stage): Promise<readonly string[]> {
  const selector = 'app.kubernetes.io/component=lease-ledger';
  const secrets = await play.kube.list('secrets', play.operatorNamespace, selector);
  return secrets.map((secret) => textsOf(secret)['record'] ?? '');
}
