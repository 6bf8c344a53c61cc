/** Token mode shared: one Vault token for all that an identity reads and leases, as an estate wants it that counts tokens. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLAGS, Leased } from '../stage/leased.ts';
import { appRoleOfSecret, logInBy } from '../stage/login-ways.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const SHARED = [...FLAGS, '--token-mode=shared'];
const MAY_REVOKE = 'path "sys/leases/revoke" { capabilities = ["update"] }';

describe('a shared token', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: SHARED });
  });
  after(closeStage);

  it('is the only one of two credentials and a read, and outlives the operator', async () => {
    const home = await tenant(play, { policy: MAY_REVOKE });
    const [one, two] = [new Leased(play, home, 'one'), new Leased(play, home, 'two')];
    const users = [await one.applied(), await two.applied()];
    await readsToo(home);
    assert.equal(await tokensOf(home), 1);

    await play.operator.kill();
    const logins = await loginsAt('kubernetes');
    await play.operator.start({ args: SHARED });
    await followed(home);

    assert.equal(await tokensOf(home), 1);
    assert.equal(await loginsAt('kubernetes'), logins);
    assert.deepEqual([await one.userNow(), await two.userNow()], users);
    assert.equal(await one.issues(), 2);
    assert.equal(await one.restarts(), 0);
  });

  it('stays as long as one lease hangs on it, and goes with the last', async () => {
    const home = await tenant(play, { policy: MAY_REVOKE });
    const [one, two] = [new Leased(play, home, 'one'), new Leased(play, home, 'two')];
    const [gone, kept] = [await one.applied(), await two.applied()];

    await one.remove();

    await play.until('its user is gone', async () => !(await one.exists(gone)));
    assert.ok(await two.exists(kept));
    assert.equal(await tokensOf(home), 1);
    await two.remove();
    await play.until('nothing is left', async () => (await tokensOf(home)) === 0);
    await two.holds(0);
  });

  it('that reads go on with is given back by them, when they are done', async () => {
    const home = await tenant(play, { policy: MAY_REVOKE, tokenTtl: 6 });
    const leased = new Leased(play, home);
    await leased.applied();
    const config = await readsToo(home);

    await leased.remove();

    await leased.holds(0);
    assert.equal(await tokensOf(home), 1);
    await config.remove();
    await play.until('nothing is left', async () => (await tokensOf(home)) === 0);
  });

  it('of a role that may not revoke by lease id leaves the lease to its TTL, and counts it', async () => {
    const home = await tenant(play, { leaseTtl: 6 });
    const [one, two] = [new Leased(play, home, 'one'), new Leased(play, home, 'two')];
    const [gone, kept] = [await one.applied(), await two.applied()];

    await one.remove();

    await play.until('its user is gone', async () => !(await one.exists(gone)));
    await play.until('it is counted', async () => (await expired()) === 1, 60_000);
    assert.ok(await two.exists(kept), 'the other is renewed');
  });

  it('at its maximum makes room for another, with new credentials, before it ends', async () => {
    const home = await tenant(play, { policy: MAY_REVOKE, tokenTtl: 15, tokenMaxTtl: 24 });
    const leased = new Leased(play, home);
    const user = await leased.applied();

    await leased.replaced(user);

    assert.ok(await leased.exists(user), 'the old credential lives until the new one is in place');
    await leased.restarted(1);
    await leased.holds(1);
    assert.equal(await leased.issues(), 2);
  });

  it('is all that a secret id gives that may be used once, also after a restart', async () => {
    const home = await tenant(play, { policy: MAY_REVOKE });
    const way = await appRoleOfSecret(play, home, { secret_id_num_uses: 1 });
    await logInBy(home, way);
    const [one, two] = [new Leased(play, home, 'one'), new Leased(play, home, 'two')];
    await one.applied();
    await two.applied();
    await readsToo(home);

    await play.operator.kill();
    await play.operator.start({ args: SHARED });

    await followed(home);
    assert.equal(await loginsAt('approle'), 1);
    await two.edited({ path: `creds/${home.role}`, revoke: false, renewalPercent: 50 });
    await one.ready();
    assert.equal(await tokensOf(home), 1);
  });

  async function readsToo(home: Tenant) {
    const sights = new Sights(play, home);
    await play.vault.writeKv2('kv', `${home.prefix}/config`, { a: 'old' });
    await home.staticSecret('config', { refreshAfter: '2s' });
    await sights.synced('config');
    const remove = () => play.kube.remove('vaultstaticsecrets', home.namespace, 'config');
    return { remove };
  }

  /** Something new is read. */
  async function followed(home: Tenant): Promise<void> {
    await play.vault.writeKv2('kv', `${home.prefix}/config`, { a: 'new' });
    const sights = new Sights(play, home);
    const isNew = async (): Promise<boolean> => (await sights.texts('config'))['a'] === 'new';
    await play.until('the read follows', isNew);
  }

  async function tokensOf(home: Tenant): Promise<number> {
    return (await play.vault.accessorsOf(home.role)).length;
  }

  async function loginsAt(mount: string): Promise<number> {
    const notes = await play.vaultNotes();
    return notes.filter(({ path }) => path === `auth/${mount}/login`).length;
  }

  async function expired(): Promise<number> {
    const line = /^vault_lease_operator_give_backs_total\{[^}]*result="expired"[^}]*\} (\d+)$/mu;
    return Number(line.exec(await play.operator.metrics())?.[1] ?? 0);
  }
});
