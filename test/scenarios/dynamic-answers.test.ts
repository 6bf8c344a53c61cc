/** What a path may answer: leases that cannot be renewed, no lease at all, and a change from one to the other. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textsOf } from '../stage/kube-admin.ts';
import { FLAGS, Leased } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

describe('a path', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  /** A mount of the tenant's own, of the first key-value engine; `leased`: its answers have leases of this many seconds. */
  async function mounted(home: Tenant, leased?: number): Promise<string> {
    const mount = `own-${home.prefix}`;
    await play.vault.call('POST', `sys/mounts/${mount}`, {
      type: 'kv',
      options: { version: '1', ...(leased && { leased_passthrough: 'true' }) },
      ...(leased && { config: { default_lease_ttl: `${leased}s`, max_lease_ttl: '1h' } }),
    });
    return mount;
  }

  async function ground(): Promise<Tenant> {
    return tenant(play, { policy: 'path "own-*" { capabilities = ["read"] }' });
  }

  const say = (mount: string, motto: string) => play.vault.call('POST', `${mount}/plan`, { motto });
  const motto = async (db: Leased) => textsOf(await db.secret())['motto'];

  it('with leases that cannot be renewed is read anew in time, and restarts when the data changed', async () => {
    const home = await ground();
    const mount = await mounted(home, 6);
    await say(mount, 'one');
    const db = new Leased(play, home);
    const leases = () => play.vault.leases(`${mount}/plan`);
    await db.home.deployment('web');
    await db.edited({ mount, path: 'plan' });
    await db.ready();
    assert.equal((await db.object())?.['status'].secretLease.renewable, false);
    const first = (await db.object())?.['status'].secretLease.id;

    await play.until(
      'there is another lease',
      async () => (await db.object())?.['status'].secretLease.id !== first,
    );
    assert.ok((await leases()).includes(first), 'it overlaps with the first');
    await play.until('the first is gone', async () => !(await leases()).includes(first));
    assert.equal(await db.restarts(), 0, 'the data is what it was');
    await say(mount, 'two');
    await play.until('the Secret follows', async () => (await motto(db)) === 'two');

    await db.restarted(1);
    await db.remove();
    await play.until('no lease is left', async () => (await leases()).length === 0);
  });

  it('with a lease and a key that no Secret can hold waits until it is mended in Vault', async () => {
    const home = await ground();
    const mount = await mounted(home, 300);
    await play.vault.call('POST', `${mount}/plan`, { 'no key': 'one' });
    const db = new Leased(play, home);
    const written = await db.issues(`${mount}/plan`);
    await db.edited({ mount, path: 'plan' });
    await play.until(
      'it says so',
      async () => (await db.condition('Ready'))?.reason === 'SecretKeyInvalid',
    );
    await play.until(
      'what was issued in vain is given back',
      async () => (await play.vault.leases(`${mount}/plan`)).length === 0,
    );
    assert.notEqual((await db.condition('Stalled'))?.status, 'True');
    await play.pass(5_000, async () =>
      assert.equal((await db.issues(`${mount}/plan`)) - written, 1, 'it was issued once'),
    );
  });

  it('without a lease is read under the shared token every refreshAfter, and writes when the data changed', async () => {
    const home = await tenant(play);
    await play.vault.call('POST', `kv1/${home.prefix}/plan`, { motto: 'one' });
    const db = new Leased(play, home);
    await db.home.deployment('web');
    await db.edited({ mount: 'kv1', path: `${home.prefix}/plan`, refreshAfter: '2s' });
    await db.ready();
    const reads = () => db.issues(`kv1/${home.prefix}/plan`);
    const versions = async () =>
      [await db.secret(), await db.object()].map((each) => each?.metadata.resourceVersion);
    const before = await versions();
    const read = await reads();

    await play.until('it was read three times more', async () => (await reads()) > read + 2);
    assert.deepEqual(await versions(), before);
    assert.deepEqual(await db.records(), []);
    await play.vault.call('POST', `kv1/${home.prefix}/plan`, { motto: 'two' });
    await play.until('the Secret follows', async () => (await motto(db)) === 'two');

    await db.restarted(1);
  });

  it('without a lease and without refreshAfter is read once', async () => {
    const home = await tenant(play);
    await play.vault.call('POST', `kv1/${home.prefix}/plan`, { motto: 'one' });
    const db = new Leased(play, home);
    await db.edited({ mount: 'kv1', path: `${home.prefix}/plan` });
    await db.ready();
    const reads = await db.issues(`kv1/${home.prefix}/plan`);

    await play.pass(5_000);

    assert.equal(await db.issues(`kv1/${home.prefix}/plan`), reads);
  });

  it('that begins to lease goes on through the ledger, and no lease is left behind', async () => {
    const home = await ground();
    const mount = await mounted(home);
    await say(mount, 'one');
    const db = new Leased(play, home);
    await db.home.deployment('web');
    await db.edited({ mount, path: 'plan', refreshAfter: '2s' });
    await db.ready();

    await play.vault.call('DELETE', `sys/mounts/${mount}`);
    await mounted(home, 300);
    await say(mount, 'two');
    await play.until('the Secret follows', async () => (await motto(db)) === 'two');

    await db.restarted(1);
    await play.until('it is on record', async () => (await db.records()).join() === 'current');
    await play.until(
      'one lease is left',
      async () => (await play.vault.leases(`${mount}/plan`)).length === 1,
    );
    await db.remove();
    await play.until(
      'no lease is left',
      async () => (await play.vault.leases(`${mount}/plan`)).length === 0,
    );
  });

  it('may take the place of a leased one that does not lease, and the lease goes back', async () => {
    const home = await tenant(play);
    const db = new Leased(play, home);
    const user = await db.applied();
    await play.vault.call('POST', `kv1/${home.prefix}/plan`, { motto: 'one' });

    await db.edited({ mount: 'kv1', path: `${home.prefix}/plan`, refreshAfter: '2s' });
    await play.until('the Secret follows', async () => (await motto(db)) === 'one');

    assert.ok(await db.exists(user), 'pods may still use the old user');
    await db.ready();
    await db.restarted(1);
    await db.holds(0);
    await play.until('no record is left', async () => (await db.records()).length === 0);
    assert.equal(await db.user(), undefined);
    await db.edited();
    await play.until('a user is in the Secret', async () => (await db.user()) !== undefined);
    await db.restarted(2);
    await db.remove();
    await db.holds(0);
  });
});
