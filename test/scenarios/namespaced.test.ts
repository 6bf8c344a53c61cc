/**
 * The operator in some namespaces only, under Roles there and no ClusterRole. What lies elsewhere is not its business:
 * it is not read, not written, and above all never taken for gone.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textsOf } from '../stage/kube-admin.ts';
import { Leased } from '../stage/leased.ts';
import { ENCRYPTED, LedgerKey } from '../stage/ledger-key.ts';
import { namespacedRights, rights } from '../stage/rights.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const GRACES = ['--leader-elect=true', '--lease-overlap=3s', '--lease-owner-grace=3s'];

describe('a namespaced operator', () => {
  let play: Stage;
  let inside: Tenant;
  let outside: Tenant;

  before(async () => {
    play = await stage();
    inside = await tenant(play);
    outside = await tenant(play);
  });
  after(closeStage);

  const only = (...homes: Tenant[]) => ({
    args: [`--watch-namespaces=${homes.map(({ namespace }) => namespace).join()}`, ...GRACES],
  });
  /** Nothing is granted by a ClusterRole any more. */
  async function narrowRights(): Promise<void> {
    for (const right of namespacedRights(play.operatorNamespace, [inside.namespace]))
      await play.kube.apply(right);
    for (const { kind, metadata } of rights(play.operatorNamespace))
      if (kind === 'ClusterRoleBinding')
        await play.kube.remove('clusterrolebindings', '', metadata.name);
  }

  it('keeps the leases in its namespaces, and leaves those elsewhere and their records alone', async () => {
    const [kept, left, gone] = [
      new Leased(play, inside),
      new Leased(play, outside),
      new Leased(play, outside, 'gone'),
    ];
    await play.operator.start({ args: GRACES });
    const [user, others] = [await kept.applied(), await left.applied()];
    await gone.edited({ rolloutRestartTargets: [] });
    await gone.ready();
    const records = [...(await left.ledger()), ...(await gone.ledger())];
    await play.operator.stop();

    await narrowRights();
    await gone.remove();
    await play.operator.start(only(inside));
    const renewed = (await kept.renewedAt()) || 0;
    await kept.edited({ renewalPercent: 60 });
    await kept.ready();
    await play.pass(8_000);

    assert.equal(await kept.user(), user);
    assert.equal(await kept.issues(), 1);
    assert.equal(await kept.restarts(), 0);
    assert.ok((await kept.renewedAt()) >= renewed);
    assert.equal(await left.user(), others);
    assert.equal((await left.leases()).length, 2);
    for (const { metadata } of records)
      assert.deepEqual(
        (await play.kube.get('secrets', play.operatorNamespace, metadata.name))?.metadata,
        metadata,
      );
    assert.match(play.operator.logs(), /records of namespaces that are not watched are left alone/);
  });

  it('does everything there that it does with a ClusterRole', async () => {
    const sights = new Sights(play, inside);
    await play.vault.writeKv2('kv', `${inside.prefix}/app`, { user: 'ada' });
    await inside.deployment('front');
    await inside.staticSecret('app', {
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'front' }],
    });
    await sights.synced('app');
    await play.vault.writeKv2('kv', `${inside.prefix}/app`, { user: 'bob' });
    await play.until(
      'the Secret follows',
      async () => (await sights.texts('app'))['user'] === 'bob',
    );
    await play.until('its workload restarts', async () => {
      return Object.keys(await sights.stamps('front')).length === 1;
    });

    const fresh = new Leased(play, inside, 'fresh');
    await fresh.applied();
    const before = (await fresh.leases()).length;
    await fresh.remove();
    await fresh.holds(before - 1);
  });

  it('encrypts its records by the key that its own namespace names', async () => {
    const kept = new Leased(play, inside);
    const issues = await kept.issues();
    await play.operator.stop();
    await LedgerKey.create(play);

    await play.operator.start({ args: [...only(inside).args, ENCRYPTED] });
    await play.until('the record is encrypted', async () => {
      const [record] = await kept.ledger();
      return 'ciphertext' in textsOf(record);
    });

    assert.equal(await kept.issues(), issues);
    assert.equal(await kept.restarts(), 0);
  });

  it('says of a reference that leaves its namespaces that nobody looks there', async () => {
    const sights = new Sights(play, inside);
    await inside.staticSecret('far', { vaultAuthRef: `${outside.namespace}/app` });
    const reason = 'False NamespaceNotWatched';
    await sights.until('vaultstaticsecrets', 'far', 'Ready', reason);
    const message = await sights.message('vaultstaticsecrets', 'far');
    assert.match(message, new RegExp(`does not watch namespace ${outside.namespace}`));
  });

  it('does nothing with objects elsewhere', async () => {
    await play.vault.writeKv2('kv', `${outside.prefix}/app`, { user: 'ada' });
    await outside.staticSecret('app');
    await play.pass(6_000);
    const object = await new Sights(play, outside).get('vaultstaticsecrets', 'app');
    assert.equal(object?.['status'], undefined);
  });

  it('takes up what it left when it watches all namespaces again', async () => {
    await play.operator.stop();
    for (const right of rights(play.operatorNamespace)) await play.kube.apply(right);
    await play.operator.start({ args: GRACES });

    const left = new Leased(play, outside);
    await new Sights(play, outside).synced('app');
    await left.holds(1);
    assert.equal(await left.issues(), 2);
    assert.equal(await left.restarts(), 0);
  });
});
