/** An operator that was granted less than it asks for, or meets an API server that lacks a kind, does the rest. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
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
