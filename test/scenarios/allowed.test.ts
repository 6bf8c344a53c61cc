/** Access of one namespace through the VaultAuth of another, and that it ends when it is taken away. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

describe('a VaultAuth of another namespace', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  const allow = (owner: Tenant, allowedNamespaces: readonly string[]) =>
    owner.apply('VaultAuth', 'app', {
      vaultConnectionRef: 'vault',
      method: 'kubernetes',
      mount: 'kubernetes',
      allowedNamespaces,
      kubernetes: { role: owner.role, serviceAccount: 'app', audiences: ['vault'] },
    });
  const tokens = async ({ role }: Tenant) => (await play.vault.accessorsOf(role)).length;
  const reads = async ({ prefix }: Tenant) =>
    (await play.vaultNotes()).filter(
      ({ path, operation }) => path === `kv/data/${prefix}/data` && operation === 'read',
    ).length;

  it('is of use while it allows that, and no longer: no read, and no token is left', async () => {
    const [owner, guest] = [await tenant(play), await tenant(play)];
    const sights = new Sights(play, guest);
    await play.vault.call('POST', `auth/kubernetes/role/${owner.role}`, {
      bound_service_account_names: 'app',
      bound_service_account_namespaces: guest.namespace,
      audience: 'vault',
      token_policies: owner.role,
    });
    await allow(owner, [guest.namespace]);
    await play.vault.writeKv2('kv', `${owner.prefix}/data`, { user: 'ada' });
    const vaultAuthRef = `${owner.namespace}/app`;
    const path = `${owner.prefix}/data`;
    await guest.staticSecret('data', { vaultAuthRef, path, refreshAfter: '1s' });
    await sights.synced('data');

    assert.equal(await tokens(owner), 1);

    await allow(owner, []);
    await sights.until(
      'vaultstaticsecrets',
      'data',
      'SecretSynced',
      'False VaultAuthNotAllowed',
      5_000,
    );
    await play.until('its token is given back', async () => (await tokens(owner)) === 0);
    const seen = await reads(owner);
    await play.vault.writeKv2('kv', `${owner.prefix}/data`, { user: 'eve' });
    await play.pass(3_000, async () => {
      assert.equal(await reads(owner), seen);
      assert.equal(await tokens(owner), 0);
    });
    assert.equal((await sights.texts('data'))['user'], 'ada');

    await allow(owner, [guest.namespace]);
    await play.until(
      'it is of use again',
      async () => (await sights.texts('data'))['user'] === 'eve',
    );
  });
});
