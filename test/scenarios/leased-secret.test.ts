import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { conditionOf, textsOf } from '../stage/kube-admin.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const DATABASE_USER = 'username';
const OVERLAP_MS = 4_000;
const WEB = { kind: 'Deployment', name: 'web' };
const FLAGS = ['--lease-overlap=4s', '--lease-owner-grace=2s'];

describe('a leased secret', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  const secretOf = (home: Tenant) => play.kube.get('secrets', home.namespace, 'db');
  const userOf = async (home: Tenant) => textsOf(await secretOf(home))[DATABASE_USER];
  const objectOf = (home: Tenant) => play.kube.get('vaultdynamicsecrets', home.namespace, 'db');
  const isReady = async (home: Tenant) =>
    conditionOf(await objectOf(home), 'Ready')?.status === 'True';
  const workload = (home: Tenant, name = 'web') =>
    play.kube.get('deployments', home.namespace, name);
  const stamps = async (home: Tenant, name?: string) =>
    Object.values((await workload(home, name))?.['spec'].template.metadata.annotations ?? {});
  const leases = (home: Tenant) => play.vault.leases(home.leasePrefix);
  const issues = async (home: Tenant) =>
    (await play.vaultNotes()).filter(({ path }) => path === home.leasePrefix).length;

  async function applied(home: Tenant, spec: object = {}): Promise<string> {
    await home.deployment('web');
    await home.dynamicSecret('db', {
      rolloutRestartTargets: [WEB],
      ...spec,
    });
    await play.until('the object is ready', () => isReady(home));
    const user = await userOf(home);
    assert.ok(user);
    return user;
  }

  it('is issued once, and restarts nothing', async () => {
    const home = await tenant(play);

    await applied(home);

    assert.equal((await leases(home)).length, 1);
    assert.deepEqual(await stamps(home), []);
    const [record, ...others] = await play.kube.list(
      'secrets',
      play.operatorNamespace,
      `vault-lease-operator/owner-uid=${(await objectOf(home))?.metadata.uid}`,
    );
    assert.equal(record?.metadata.labels?.['vault-lease-operator/state'], 'current');
    assert.deepEqual(others, []);
  });

  it('is renewed, and keeps its credential', async () => {
    const home = await tenant(play, { leaseTtl: 8 });

    const user = await applied(home);
    const renewed = async () => Number((await objectOf(home))?.['status'].lastRenewalTime);
    const first = await renewed();
    await play.until('the lease was renewed', async () => (await renewed()) > first, 20_000);
    await play.pass(8_000);

    assert.equal(await userOf(home), user);
    assert.equal((await leases(home)).length, 1);
    assert.deepEqual(await stamps(home), []);
  });

  it('is replaced before its maximum, with one restart, and the old one is given back', async () => {
    const home = await tenant(play, { leaseTtl: 8, leaseMaxTtl: 12 });

    const user = await applied(home);
    await play.until(
      'another user is in the Secret',
      async () => (await userOf(home)) !== user,
      25_000,
    );
    await play.until('the Deployment was restarted', async () => (await stamps(home)).length === 1);
    await play.until(
      'the old user is gone from the database',
      async () => !(await play.databaseUsers()).includes(user),
      25_000,
    );
    assert.ok(await isReady(home));
  });

  it('is issued anew when its lease was revoked by somebody', async () => {
    const home = await tenant(play, { leaseTtl: 8 });

    const user = await applied(home);
    for (const lease of await leases(home))
      await play.vault.call('POST', 'sys/leases/revoke', { lease_id: lease });

    await play.until(
      'another user is in the Secret',
      async () => (await userOf(home)) !== user,
      25_000,
    );
    await play.until('one lease is left', async () => (await leases(home)).length === 1, 25_000);
  });

  it('gives its credential back after it is deleted', async () => {
    const home = await tenant(play);

    const user = await applied(home);
    await play.kube.remove('vaultdynamicsecrets', home.namespace, 'db');

    await play.until('the lease is gone', async () => (await leases(home)).length === 0, 25_000);
    assert.ok(!(await play.databaseUsers()).includes(user));
    await play.until(
      'the Secret is gone',
      async () => (await secretOf(home)) === undefined,
      25_000,
    );
  });

  it('is repaired with a new credential and one restart when its Secret is deleted', async () => {
    const home = await tenant(play);

    const user = await applied(home);
    const [old] = await leases(home);
    assert.ok(old);
    await play.kube.remove('secrets', home.namespace, 'db');
    await play.until(
      'another user is in a new Secret',
      async () => ![undefined, user].includes(await userOf(home)),
    );
    const again = await userOf(home);
    await play.until('the Deployment was restarted', async () => (await stamps(home)).length === 1);
    const stamped = await stamps(home);
    const restartedOnce = async () => {
      assert.deepEqual(await stamps(home), stamped);
      assert.equal((await workload(home))?.metadata.generation, 2);
      assert.equal(await userOf(home), again);
    };
    await play.until(
      'the old lease is given back',
      async () => {
        await restartedOnce();
        return !(await leases(home)).includes(old);
      },
      25_000,
    );
    await play.pass(4_000, restartedOnce);

    assert.equal((await leases(home)).length, 1);
    assert.equal(await issues(home), 2);
  });

  it('keeps the old credential alive until its successor has been used for a while', async () => {
    const home = await tenant(play);
    const user = await applied(home, { rolloutRestartTargets: [] });
    await play.kube.remove('secrets', home.namespace, 'db');
    await play.until(
      'another user is in a new Secret',
      async () => ![undefined, user].includes(await userOf(home)),
    );

    await play.pass(OVERLAP_MS / 2, async () => {
      assert.equal((await leases(home)).length, 2);
      assert.ok((await play.databaseUsers()).includes(user));
    });
    await play.until('the old one goes then', async () => (await leases(home)).length === 1);
  });

  it('stays as it is when edits leave the credential equal', async () => {
    const home = await tenant(play);
    await home.deployment('api');
    const user = await applied(home);
    const [lease] = await leases(home);
    let spec: object = { rolloutRestartTargets: [WEB] };
    const untouched = async () => {
      assert.equal(await userOf(home), user);
      assert.deepEqual(await leases(home), [lease]);
      assert.equal(await issues(home), 1);
      for (const name of ['web', 'api']) assert.deepEqual(await stamps(home, name), []);
    };

    for (const edit of [
      { destination: { name: 'db', create: true, labels: { team: 'a' } } },
      { refreshAfter: '1h' },
      { rolloutRestartTargets: [WEB, { ...WEB, name: 'api' }] },
      { renewalPercent: 50 },
      { rolloutRestartTargets: [] },
    ]) {
      spec = { ...spec, ...edit };
      const { generation } = (await home.dynamicSecret('db', spec)).metadata;
      await play.until(
        `the edit is taken up: ${JSON.stringify(edit)}`,
        async () => (await objectOf(home))?.['status'].lastGeneration === generation,
      );
      await play.pass(1_000, untouched);
    }

    assert.equal((await secretOf(home))?.metadata.labels?.['team'], 'a');
  });

  it('survives a killed operator without a new credential, a write or a restart', async () => {
    const home = await tenant(play);

    await applied(home);
    const before = [await secretOf(home), await objectOf(home)].map(
      (each) => each?.metadata.resourceVersion,
    );
    const issued = await issues(home);
    await play.operator.kill();
    await play.operator.start({ args: FLAGS });
    await play.pass(5_000);

    assert.equal(await issues(home), issued);
    const after_ = [await secretOf(home), await objectOf(home)].map(
      (each) => each?.metadata.resourceVersion,
    );
    assert.deepEqual(after_, before);
    assert.deepEqual(await stamps(home), []);
  });
});
