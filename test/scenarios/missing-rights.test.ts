/** An operator that was granted less than it asks for, or meets an API server that lacks a kind, does the rest. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLAGS, Leased } from '../stage/leased.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const ROLE = 'manager-role';
const WITHHELD = ['vaultpkisecrets', 'vaultauthglobals'];

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describe('an operator without every right', () => {
  let play: Stage;
  let granted: readonly Rule[];

  before(async () => {
    play = await stage();
    granted = (await play.kube.get('clusterroles', '', ROLE))?.['rules'];
    const rules = granted.map((rule) =>
      rule.verbs.includes('list')
        ? { ...rule, resources: rule.resources.filter((each) => !WITHHELD.includes(each)) }
        : rule,
    );
    await play.kube.patch('clusterroles', '', ROLE, { rules });
    // Ready although two kinds are not in view.
    await play.operator.start();
  });
  after(closeStage);

  it('syncs what it may see, and says which verb on which resource is missing', async () => {
    const home = await tenant(play);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    await home.staticSecret('app');
    await new Sights(play, home).synced('app');
    for (const resource of WITHHELD)
      assert.match(
        play.operator.logs(),
        new RegExp(`list ${resource}\\.secrets\\.hashicorp\\.com`),
      );
  });

  it('says of a reference to what it may not see that it cannot be looked for', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await home.apply('VaultAuthGlobal', 'all', { defaultAuthMethod: 'kubernetes' });
    await home.apply('VaultAuth', 'app', {
      vaultConnectionRef: 'vault',
      vaultAuthGlobalRef: { name: 'all' },
    });
    await home.staticSecret('app');
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False KubernetesForbidden');
    assert.match(
      await sights.message('vaultstaticsecrets', 'app'),
      /VaultAuthGlobal .*\/all cannot be looked for: .*list vaultauthglobals/,
    );
  });

  it('goes on with the rest as soon as it is granted, without a restart', async () => {
    const home = await tenant(play);
    const spec = { mount: 'pki', role: 'none', vaultAuthRef: 'nobody', destination: { name: 'x' } };
    await home.apply('VaultPKISecret', 'app', spec);
    await play.kube.patch('clusterroles', '', ROLE, { rules: granted });
    const sights = new Sights(play, home);
    await sights.until('vaultpkisecrets', 'app', 'Ready', 'False VaultAuthNotFound', 90_000);
  });
});

describe('an operator that lost rights while it was away', () => {
  let play: Stage;
  let granted: readonly Rule[];

  before(async () => {
    play = await stage();
    granted = (await play.kube.get('clusterroles', '', ROLE))?.['rules'];
  });
  after(closeStage);

  /** Starts it anew without these verbs on a resource; after the test they are granted again. */
  async function restartWithout(verbs: readonly string[], resource: string): Promise<void> {
    await play.operator.stop();
    const rules = granted.map((rule) =>
      rule.verbs.some((verb) => verbs.includes(verb)) && rule.resources.includes(resource)
        ? { ...rule, resources: rule.resources.filter((each) => each !== resource) }
        : rule,
    );
    await play.kube.patch('clusterroles', '', ROLE, { rules });
    await play.operator.start({ args: FLAGS });
  }

  const renewals = async (): Promise<number> =>
    (await play.vaultNotes()).filter(({ path }) => path === 'sys/leases/renew').length;

  it('goes on renewing leases of objects that it may neither list nor read', async () => {
    const home = await tenant(play, { leaseTtl: 6 });
    await play.operator.start({ args: FLAGS });
    const leased = new Leased(play, home);
    const user = await leased.applied();
    await restartWithout(['list', 'get'], 'vaultdynamicsecrets');
    const earlier = await renewals();
    await play.until('it was renewed twice', async () => (await renewals()) >= earlier + 2, 90_000);
    assert.equal(await leased.exists(user), true);
    await play.kube.patch('clusterroles', '', ROLE, { rules: granted });
  });

  it("syncs an object whose finalizer of VSO's it may not take off, and tells", async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await restartWithout(['patch'], 'vaultstaticsecrets');
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    await home.staticSecret('app');
    const finalizers = ['vaultstaticsecret.secrets.hashicorp.com/finalizer'];
    await play.kube.patch('vaultstaticsecrets', home.namespace, 'app', {
      metadata: { finalizers },
    });
    await sights.synced('app');
    await play.until('the finalizer is told of', async () => {
      const events = await play.kube.list('events', home.namespace);
      return events.some((event) => /finalizer that VSO left/.test(String(event['message'])));
    });
    assert.match(play.operator.logs(), /VSO's finalizer is still there/);
    await play.kube.patch('clusterroles', '', ROLE, { rules: granted });
  });
});
