/** Objects and namespaces that are paused: nothing happens to them, except that their leases live on. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { certified } from '../stage/certified.ts';
import { FLAGS, Leased } from '../stage/leased.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const PAUSED = 'vault-lease-operator/paused';

/** A killed leader would be waited for otherwise. */
const ALONE = { args: ['--leader-elect=false', ...FLAGS] };

/** Seconds: long enough that a busy machine renews in time, short enough to see it happen twice. */
const SHORT = { leaseTtl: 20, tokenTtl: 20 };

let play: Stage;

before(async () => {
  play = await stage();
  await play.operator.start(ALONE);
});
after(async () => {
  if (process.env['DUMP'])
    (await import('node:fs')).writeFileSync(process.env['DUMP'], play.operator.logs());
  await closeStage();
});

type Pausable = 'vaultstaticsecrets' | 'vaultdynamicsecrets' | 'vaultpkisecrets' | 'namespaces';

function setPaused(home: Tenant, resource: Pausable, name: string, value: string | null) {
  const patch = { metadata: { annotations: { [PAUSED]: value } } };
  return play.kube.patch(resource, home.namespace, name, patch);
}

describe('a paused static secret', () => {
  const RESOURCE = 'vaultstaticsecrets';

  async function synced() {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    await home.staticSecret('app', { refreshAfter: '2s' });
    await sights.synced('app');
    const reads = () => sights.asked(`kv/data/${home.prefix}/app`);
    const user = async () => (await sights.texts('app'))['user'];
    return { home, sights, reads, user };
  }

  it('is not read, not repaired, and says so; resumed it is read once and goes on', async () => {
    const { home, sights, reads, user } = await synced();
    await setPaused(home, RESOURCE, 'app', 'true');
    await sights.until(RESOURCE, 'app', 'Paused', 'True');
    const before = await reads();
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'bob' });
    await play.kube.patch('secrets', home.namespace, 'app', { data: { user: null } });
    await home.staticSecret('app', { refreshAfter: '3s' });
    await play.pass(8_000);

    assert.equal(await reads(), before);
    assert.equal(await user(), undefined);
    const conditions: { type: string; status: string }[] =
      (await sights.get(RESOURCE, 'app'))?.['status'].conditions ?? [];
    assert.equal(conditions.find(({ type }) => type === 'Ready')?.status, 'True');

    await setPaused(home, RESOURCE, 'app', null);
    await play.until('the Secret follows', async () => (await user()) === 'bob');
    await sights.synced('app');
    assert.equal(await sights.says(RESOURCE, 'app', 'Paused'), undefined);
    const isTold = async () => (await sights.reasons('app')).includes('Resumed');
    await play.until('an event tells it', isTold);
    const reasons = await sights.reasons('app');
    assert.deepEqual(
      reasons.filter((reason) => ['Paused', 'Resumed'].includes(reason)),
      ['Paused', 'Resumed'],
    );
  });

  it('is one of all in its namespace when that is paused', async () => {
    const { home, sights, reads, user } = await synced();
    await setPaused(home, 'namespaces', home.namespace, 'true');
    await sights.until(RESOURCE, 'app', 'Paused', 'True');
    assert.match(await sights.message(RESOURCE, 'app', 'Paused'), /of its namespace/);
    const before = await reads();
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'bob' });
    await play.pass(5_000);
    assert.equal(await reads(), before);

    await setPaused(home, 'namespaces', home.namespace, null);
    await play.until('the Secret follows', async () => (await user()) === 'bob');
  });

  it('stays paused over a restart of the operator, in silence', async () => {
    const { home, sights, reads } = await synced();
    await setPaused(home, RESOURCE, 'app', 'true');
    await sights.until(RESOURCE, 'app', 'Paused', 'True');
    const version = await sights.version(RESOURCE, 'app');
    const before = await reads();

    await play.operator.kill();
    await play.operator.start(ALONE);
    await play.pass(5_000);

    assert.equal(await reads(), before);
    assert.equal(await sights.version(RESOURCE, 'app'), version);
  });

  it('that is new says that it was never synced', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await setPaused(home, 'namespaces', home.namespace, 'true');
    await play.pass(1_000);

    await home.staticSecret('app');

    await sights.until(RESOURCE, 'app', 'Ready', 'False Paused');
    assert.equal(await sights.secret('app'), undefined);
  });
});

describe('a paused leased secret', () => {
  const RESOURCE = 'vaultdynamicsecrets';
  const hasPaused = async (db: Leased) => (await db.condition('Paused'))?.status === 'True';

  async function paused(db: Leased): Promise<void> {
    await setPaused(db.home, RESOURCE, 'db', 'true');
    await play.until('it is paused', () => hasPaused(db));
  }

  it('keeps its credential alive beyond its TTL, while nothing else happens', async () => {
    const home = await tenant(play, SHORT);
    const db = new Leased(play, home);
    const user = await db.applied();
    await paused(db);
    const destination = { name: 'db', create: true, labels: { team: 'a' } };
    await db.edited({ destination });
    await play.kube.patch(RESOURCE, home.namespace, 'db', {
      metadata: { annotations: { 'vault-lease-operator/rotate': '1' } },
    });
    const issues = await db.issues();

    await play.pass(45_000, async () => assert.ok(await db.exists(user)));

    assert.equal(await db.user(), user);
    assert.equal(await db.issues(), issues);
    assert.equal(await db.restarts(), 0);
    assert.equal((await db.condition('Ready'))?.status, 'True');
    assert.equal((await db.secret())?.metadata.labels?.['team'], undefined);

    await setPaused(home, RESOURCE, 'db', null);
    await db.replaced(user);
    await db.restarted(1);
    await play.pass(5_000);
    assert.equal(await db.issues(), issues + 1);
  });

  it('is kept alive by an operator that was started meanwhile, and in a paused namespace', async () => {
    // An operator that starts takes its time, of a lease that may be due.
    const home = await tenant(play, { leaseTtl: 50, tokenTtl: 50 });
    const db = new Leased(play, home);
    const user = await db.applied();
    await setPaused(home, 'namespaces', home.namespace, 'true');
    await play.until('it is paused', () => hasPaused(db));
    await play.operator.kill();
    await play.operator.start(ALONE);

    await play.pass(70_000, async () => assert.ok(await db.exists(user)));
    assert.equal(await db.user(), user);
  });

  it('is kept alive while its specification is refused', async () => {
    const home = await tenant(play, SHORT);
    const db = new Leased(play, home);
    const user = await db.applied();
    await paused(db);
    await db.edited({ allowStaticCreds: true, refreshAfter: '5s' });

    await play.pass(45_000, async () => assert.ok(await db.exists(user)));
  });

  it('lets go on what is being given back', async () => {
    const home = await tenant(play);
    const db = new Leased(play, home);
    const user = await db.applied();
    await play.kube.patch(RESOURCE, home.namespace, 'db', {
      metadata: { annotations: { 'vault-lease-operator/rotate': '1' } },
    });
    await db.replaced(user);
    await paused(db);

    await play.until('the old user is gone', async () => !(await db.exists(user)));
    await db.holds(1);
  });

  it('says when its credential has ended, and gets a new one when it is resumed', async () => {
    const home = await tenant(play, { leaseTtl: 6, leaseMaxTtl: 10 });
    const db = new Leased(play, home);
    const user = await db.applied();
    await paused(db);

    await play.until(
      'Ready says so',
      async () => (await db.condition('Ready'))?.reason === 'Paused',
      40_000,
    );
    await play.until('Vault says so too', async () => !(await db.exists(user)));
    assert.equal(await db.user(), user);

    await setPaused(home, RESOURCE, 'db', null);
    await db.replaced(user);
    await db.ready();
  });

  it('goes when it is deleted, and its credential with it', async () => {
    const home = await tenant(play);
    const db = new Leased(play, home);
    await db.applied();
    await paused(db);

    await db.remove();

    await db.holds(0);
  });
});

describe('a paused certificate', () => {
  it('is neither replaced nor repaired until it is resumed', async () => {
    const web = await certified(play);
    await web.applied();
    const serial = await web.serial();
    const issues = await web.issues();
    await setPaused(web.home, 'vaultpkisecrets', web.name, 'true');
    await web.says('Paused', 'True');

    await web.edited({ commonName: 'other.example.com' });
    await play.pass(5_000);

    assert.equal(await web.issues(), issues);
    assert.equal(await web.serial(), serial);
    assert.equal((await web.condition('Ready'))?.status, 'True');
    await setPaused(web.home, 'vaultpkisecrets', web.name, null);
    await web.replaced(serial);
    await web.restarted(1);
  });
});

describe('an operator that may not watch namespaces', () => {
  const ROLE = 'namespaces-role';
  const rulesOf = async () => (await play.kube.get('clusterroles', '', ROLE))?.['rules'];

  it('says so once, works, and pauses by annotations of objects', async () => {
    const rules: { resources: string[]; verbs: string[] }[] = await rulesOf();
    const narrowed = rules.filter(
      ({ resources, verbs }) => !(resources.includes('namespaces') && verbs.includes('watch')),
    );
    assert.equal(narrowed.length, rules.length - 1);
    await play.operator.kill();
    await play.kube.patch('clusterroles', '', ROLE, { rules: narrowed });
    try {
      const from = play.operator.logs().length;
      await play.operator.start(ALONE);
      const home = await tenant(play);
      const sights = new Sights(play, home);
      await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
      await setPaused(home, 'namespaces', home.namespace, 'true');

      await home.staticSecret('app', { refreshAfter: '2s' });
      await sights.synced('app');
      await setPaused(home, 'vaultstaticsecrets', 'app', 'true');
      await sights.until('vaultstaticsecrets', 'app', 'Paused', 'True');
      await play.pass(40_000);

      const said = play.operator
        .logs()
        .slice(from)
        .match(/namespaces may not be watched/g);
      assert.equal(said?.length, 1);
    } finally {
      await play.operator.kill();
      await play.kube.patch('clusterroles', '', ROLE, { rules });
      await play.operator.start(ALONE);
    }
  });
});
