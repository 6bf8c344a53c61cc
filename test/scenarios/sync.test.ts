/** What people ask for by annotations: a look at Vault now, a new credential; once per value, and at a measured pace. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { certified, MAY_REVOKE } from '../stage/certified.ts';
import type { Resource } from '../stage/kube-admin.ts';
import { FLAGS, Leased } from '../stage/leased.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { StaticRole } from '../stage/static-role.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const INTERVAL_MS = 30_000;

/** A killed leader would be waited for otherwise. */
const ALONE = { args: ['--leader-elect=false', ...FLAGS] };

let play: Stage;

async function annotated(home: Tenant, resource: Resource, name: string, values: object) {
  const annotations = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`vault-lease-operator/${key}`, value]),
  );
  await play.kube.patch(resource, home.namespace, name, { metadata: { annotations } });
}

before(async () => {
  play = await stage();
  await play.operator.start(ALONE);
});
after(closeStage);

describe('a static secret that is asked to sync', () => {
  const RESOURCE = 'vaultstaticsecrets';

  async function synced() {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    await home.staticSecret('app', { refreshAfter: '1h' });
    await sights.synced('app');
    const reads = () => sights.asked(`kv/data/${home.prefix}/app`);
    const handled = async (field = 'handledSyncRequest') =>
      (await sights.get(RESOURCE, 'app'))?.['status'][field];
    return { home, sights, reads, handled };
  }

  it('reads Vault at once and follows it', async () => {
    const { home, sights, handled } = await synced();
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'bob' });

    await annotated(home, RESOURCE, 'app', { sync: 'now' });

    await play.until('the request is followed', async () => (await handled()) === 'now');
    assert.equal((await sights.texts('app'))['user'], 'bob');
  });

  it('restarts nothing when the data is equal, also when asked to rotate', async () => {
    const home = await tenant(play);
    await home.deployment('web');
    const sights = new Sights(play, home);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    const rolloutRestartTargets = [{ kind: 'Deployment', name: 'web' }];
    await home.staticSecret('app', { refreshAfter: '1h', rolloutRestartTargets });
    await sights.synced('app');
    const version = await sights.version('secrets', 'app');

    await annotated(home, RESOURCE, 'app', { rotate: '1' });

    await play.until('the request is followed', async () => {
      const object = await sights.get(RESOURCE, 'app');
      return object?.['status'].handledRotateRequest === '1';
    });
    assert.equal(await sights.version('secrets', 'app'), version);
    assert.deepEqual(await sights.stamps('web'), {});
  });

  it('reads once per value: not after a restart, nor when the value is applied again', async () => {
    const { home, reads, handled } = await synced();
    await annotated(home, RESOURCE, 'app', { sync: '1' });
    await play.until('the request is followed', async () => (await handled()) === '1');
    const before = await reads();

    await annotated(home, RESOURCE, 'app', { sync: null });
    await annotated(home, RESOURCE, 'app', { sync: '1' });
    await play.pass(3_000);
    assert.equal(await reads(), before);

    await play.operator.kill();
    await play.operator.start(ALONE);
    await play.until('the start has read it', async () => (await reads()) === before + 1);
    await play.pass(3_000);
    assert.equal(await reads(), before + 1);
  });

  it('is not moved by annotations of others', async () => {
    const { home, reads } = await synced();
    const before = await reads();

    await play.kube.patch(RESOURCE, home.namespace, 'app', {
      metadata: { annotations: { 'example.com/note': 'x' }, labels: { team: 'a' } },
    });

    await play.pass(3_000);
    assert.equal(await reads(), before);
  });

  it('follows a storm of requests at a measured pace, and the last of them in the end', async () => {
    const { home, reads, handled } = await synced();
    const before = await reads();

    for (const sync of ['1', '2', '3', '4', '5']) {
      await annotated(home, RESOURCE, 'app', { sync });
      await play.pass(200);
    }

    assert.equal(await reads(), before + 1);
    await play.until('the last is followed', async () => (await handled()) === '5', 40_000);
    assert.equal(await reads(), before + 2);
  });

  it('that failed is tried at once, without waiting for its backoff', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await home.staticSecret('late');
    await sights.until(RESOURCE, 'late', 'Ready', 'False SourceMissing');
    await play.pass(12_000);
    await play.vault.writeKv2('kv', `${home.prefix}/late`, { user: 'ada' });

    await annotated(home, RESOURCE, 'late', { sync: '1' });

    await sights.synced('late', 2_000);
  });
});

describe('a leased secret that is asked', () => {
  const RESOURCE = 'vaultdynamicsecrets';

  async function leased() {
    const home = await tenant(play);
    const db = new Leased(play, home);
    const user = await db.applied();
    const handled = async (field: string) => (await db.object())?.['status'][field];
    return { home, db, user, handled };
  }

  it('to sync renews its lease and keeps its credential', async () => {
    const { home, db, user, handled } = await leased();
    const renewedAt = await db.renewedAt();
    await play.pass(2_000);

    await annotated(home, RESOURCE, 'db', { sync: '1' });

    await play.until('it is followed', async () => (await handled('handledSyncRequest')) === '1');
    assert.ok((await db.renewedAt()) > renewedAt);
    assert.equal(await db.user(), user);
    assert.equal(await db.restarts(), 0);
  });

  it('to sync finds out that its lease was revoked, and gets a new one', async () => {
    const { home, db, user } = await leased();
    for (const lease of await db.leases())
      await play.vault.call('POST', 'sys/leases/revoke', { lease_id: lease });

    await annotated(home, RESOURCE, 'db', { sync: '1' });

    await db.replaced(user);
    await db.holds(1);
  });

  it('to rotate gets one new credential and one restart, and gives the old one back', async () => {
    const { home, db, user, handled } = await leased();
    const issues = await db.issues();

    await annotated(home, RESOURCE, 'db', { rotate: '1' });

    const next = await db.replaced(user);
    await db.restarted(1);
    await db.holds(1);
    await play.until('the old user is gone', async () => !(await db.exists(user)));
    assert.ok(await db.exists(next));
    assert.equal(await db.issues(), issues + 1);
    assert.equal(await handled('handledRotateRequest'), '1');
    const told = await db.events('SecretRotated');
    assert.ok(told.some((message) => message.includes('RotationRequested')));
  });

  it('to rotate does it once, whatever dies and whoever applies it again', async () => {
    const { home, db, user } = await leased();
    await annotated(home, RESOURCE, 'db', { rotate: '1' });
    await db.replaced(user);
    // In the middle of it: the status may not say yet that it is done.
    await play.operator.kill();
    const issues = await db.issues();
    await play.operator.start(ALONE);
    await db.restarted(1);
    await annotated(home, RESOURCE, 'db', { rotate: null });
    await annotated(home, RESOURCE, 'db', { rotate: '1' });
    await play.pass(5_000);

    assert.equal(await db.issues(), issues);
    assert.equal(await db.restarts(), 1);
    await db.holds(1);
  });

  it('to rotate again and again does so at a measured pace', async () => {
    const { home, db, user } = await leased();
    const issues = await db.issues();

    for (const rotate of ['1', '2', '3', '4']) {
      await annotated(home, RESOURCE, 'db', { rotate });
      await play.pass(500);
    }
    const first = await db.replaced(user);
    assert.equal(await db.issues(), issues + 1);

    await db.replaced(first, INTERVAL_MS + 10_000);
    await play.pass(3_000);
    assert.equal(await db.issues(), issues + 2);
    await db.holds(1);
  });

  it('nothing by labels and annotations of others', async () => {
    const { home, db, user } = await leased();
    const issues = await db.issues();

    await play.kube.patch(RESOURCE, home.namespace, 'db', {
      metadata: { annotations: { 'example.com/note': 'x' }, labels: { team: 'a' } },
    });

    await play.pass(3_000);
    assert.equal(await db.issues(), issues);
    assert.equal(await db.user(), user);
    assert.equal(await db.restarts(), 0);
  });

  it('to rotate when it was made gets its first credential, and no second one', async () => {
    const home = await tenant(play);
    const db = new Leased(play, home);
    await play.kube.apply({
      apiVersion: 'secrets.hashicorp.com/v1beta1',
      kind: 'VaultDynamicSecret',
      metadata: {
        name: 'db',
        namespace: home.namespace,
        annotations: { 'vault-lease-operator/rotate': '1' },
      },
      spec: {
        vaultAuthRef: 'app',
        mount: 'database',
        path: `creds/${home.role}`,
        destination: { name: 'db', create: true },
      },
    });
    await db.ready();
    await play.pass(3_000);

    assert.equal(await db.issues(), 1);
    assert.equal((await db.object())?.['status'].handledRotateRequest, '1');
  });
});

describe('a static role that is asked', () => {
  it('follows a rotation that it would have seen much later, once, with one restart', async () => {
    const role = await StaticRole.create(play, { rotation_period: '24h' });
    await role.synced({ refreshAfter: '5h' });
    const password = await role.password();
    const reads = await role.reads();
    await role.rotate();

    await annotated(role.home, 'vaultdynamicsecrets', 'db', { sync: '1', rotate: '1' });

    await role.follows(password);
    await role.restarted(1);
    assert.ok(await role.logsIn());
    await play.until('it is noted', async () => (await role.status()).handledRotateRequest === '1');
    await play.pass(3_000);
    assert.equal(await role.reads(), reads + 1);
    assert.equal((await role.status()).handledSyncRequest, '1');
    assert.equal(await role.restarts(), 1);
  });
});

describe('a certificate that is asked', () => {
  it('to rotate is replaced once, with one restart, and the old one is revoked', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied({ revoke: true });
    const serial = (await web.serial()) ?? '';
    const issues = await web.issues();

    await annotated(web.home, 'vaultpkisecrets', web.name, { rotate: '1' });

    await web.replaced(serial);
    await web.restarted(1);
    await web.revoked(serial);
    await play.pass(3_000);
    assert.equal(await web.issues(), issues + 1);
    assert.equal((await web.status()).handledRotateRequest, '1');
  });

  it('to sync stays as it is', async () => {
    const web = await certified(play);
    await web.applied();
    const serial = await web.serial();
    const issues = await web.issues();

    await annotated(web.home, 'vaultpkisecrets', web.name, { sync: '1' });

    await play.until('it is noted', async () => (await web.status()).handledSyncRequest === '1');
    assert.equal(await web.serial(), serial);
    assert.equal(await web.issues(), issues);
    assert.equal(await web.restarts(), 0);
  });
});
