/** A VaultDynamicSecret on a static role: it follows what Vault rotates, and is quiet in between. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textsOf } from '../stage/kube-admin.ts';
import { Leased } from '../stage/leased.ts';
import { callsSince, kubernetesCalls } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { StaticRole } from '../stage/static-role.ts';
import { tenant } from '../stage/tenant.ts';

/** A killed leader would be waited for otherwise. */
const ALONE = { args: ['--leader-elect=false', '--lease-overlap=3s', '--lease-owner-grace=3s'] };
const HOURLY = { rotation_period: '1h' };
/** Nothing but a rotation that is due makes it look. */
const SELDOM = { refreshAfter: '5h' };

describe('a static role', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start(ALONE);
  });
  after(closeStage);

  it('is read under the shared token, and written with what Vault says of its rotation', async () => {
    const role = await StaticRole.create(play, HOURLY);
    // VaultAuth and VaultConnection are looked at, so that only the object itself makes it read.
    await new Leased(play, role.home, 'first').applied();

    await role.synced();

    const { _raw = '', ...texts } = await role.texts();
    const keys = ['last_vault_rotation', 'password', 'rotation_period', 'ttl', 'username'];
    assert.deepEqual(Object.keys(texts).sort(), keys);
    assert.equal(JSON.parse(_raw).password, texts['password']);
    assert.ok(await role.logsIn());
    const { staticCredsMetaData: seen, secretLease, secretMAC } = await role.status();
    const last = Math.floor(Date.parse(texts['last_vault_rotation'] ?? '') / 1000);
    const { ttl, ...rotation } = seen;
    assert.deepEqual(rotation, { lastVaultRotation: last, rotationPeriod: 3600 });
    assert.ok(ttl > 3500 && ttl <= 3600);
    assert.equal(secretLease.id, '');
    assert.notEqual(secretMAC, undefined);
    assert.equal(await role.reads(), 1);
    assert.deepEqual(await role.records(), []);
    assert.equal(await role.restarts(), 0);
    await play.until('it is told', async () => (await role.events('SecretSynced')).length === 1);
  });

  it('is read fifty times without a call to Kubernetes while only its TTL moves', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.synced({ refreshAfter: '0.2s' });
    await play.until('it is told', async () => (await role.events('SecretSynced')).length > 0);
    const [calls, before, reads] = [
      await kubernetesCalls(play),
      await role.state(),
      await role.reads(),
    ];

    await play.until('it was read', async () => (await role.reads()) >= reads + 50, 60_000);

    const { 'get secrets': _, ...made } = await callsSince(play, calls);
    assert.deepEqual(made, {});
    assert.deepEqual(await role.state(), before);
  });

  it('follows each rotation of its period by one write and one restart', async () => {
    const role = await StaticRole.create(play, { rotation_period: '6s' });
    await role.synced(SELDOM);
    const first = await role.password();

    const second = await role.follows(first);
    await play.until('the new password works', () => role.logsIn(), 5_000);
    await role.restarted(1);
    const third = await role.follows(second);

    await role.restarted(2);
    assert.equal(new Set([first, second, third]).size, 3);
    await play.until('it is told', async () => (await role.events('SecretRotated')).length > 0);
    await role.remove();
  });

  it('follows a schedule although its TTL is reset before the password is', async () => {
    const role = await StaticRole.create(play, { rotation_schedule: '* * * * *' });
    await role.synced(SELDOM);
    const first = await role.password();
    assert.equal((await role.status()).staticCredsMetaData.rotationSchedule, '* * * * *');

    await role.follows(first, 90_000);

    const rotated = Date.parse((await role.texts())['last_vault_rotation'] ?? '');
    assert.ok(play.now() - rotated < 10_000, `${play.now() - rotated} ms late`);
    assert.ok(await role.logsIn());
    await role.restarted(1);
    await role.remove();
  });

  it('that is rotated by hand is noticed within refreshAfter', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.synced({ refreshAfter: '3s' });
    const first = await role.password();

    await role.rotate();
    assert.equal(await role.logsIn(), false, 'the old password works no more');
    await role.follows(first, 5_000);

    assert.ok(await role.logsIn());
    await role.restarted(1);
    await play.until('it is told', async () => (await role.events('SecretRotated')).length === 1);
  });

  it('that is rotated by hand is noticed within a minute without refreshAfter', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.synced();
    const first = await role.password();

    await role.rotate();

    await role.follows(first, 60_000);
    await role.restarted(1);
  });

  it('restarts nothing when its period changes, and tells the new one', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.synced({ refreshAfter: '2s' });
    const [secret] = await role.state();

    await role.rotatedBy({ rotation_period: '2h' });
    await play.until('the period is told', async () => {
      const { staticCredsMetaData } = await role.status();
      return staticCredsMetaData.rotationPeriod === 7200;
    });

    assert.equal((await role.state())[0], secret);
    assert.equal(await role.restarts(), 0);
    assert.equal((await role.texts())['rotation_period'], '3600', 'as it was when last written');
  });

  it('is repaired when its Secret is edited or deleted, and restarts nothing', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.synced(SELDOM);
    const password = await role.password();
    const { namespace } = role.home;

    for (const edit of [{ password: 'eve' }, { ttl: '1' }, { more: 'x' }]) {
      await play.kube.patch('secrets', namespace, 'db', { stringData: edit });
      await play.until('the edit is undone', async () => {
        const texts = await role.texts();
        return texts['password'] === password && texts['ttl'] !== '1' && !texts['more'];
      });
    }
    await play.kube.remove('secrets', namespace, 'db');
    await play.until('it is back', async () => (await role.password()) === password);

    assert.equal(await role.restarts(), 0);
    await role.synced(SELDOM);
  });

  it('drops _raw when the object asks for it, and restarts nothing', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.synced(SELDOM);
    const transformation = { excludeRaw: true };

    await role.synced({ ...SELDOM, destination: { name: 'db', create: true, transformation } });

    assert.equal((await role.texts())['_raw'], undefined);
    assert.ok(await role.logsIn());
    assert.equal(await role.restarts(), 0);
  });

  it('survives a killed operator without a write, and a rotation that came meanwhile is followed', async () => {
    const [quiet, rotated] = [
      await StaticRole.create(play, HOURLY),
      await StaticRole.create(play, HOURLY),
    ];
    await Promise.all([quiet.synced(SELDOM), rotated.synced(SELDOM)]);
    const [before, reads, password] = [
      await quiet.state(),
      await quiet.reads(),
      await rotated.password(),
    ];

    await play.operator.kill();
    await rotated.rotate();
    await play.operator.start(ALONE);

    await rotated.follows(password);
    await rotated.restarted(1);
    await play.until('the other was read', async () => (await quiet.reads()) > reads);
    await play.pass(1_000);
    assert.deepEqual(await quiet.state(), before);
  });

  it('keeps its Secret while Vault is away, and follows when it is back', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.synced({ refreshAfter: '1s' });

    await play.stopVault();
    await play.until('it is told', async () => (await role.says('Healthy')) === 'False Unhealthy');
    assert.equal(await role.says('Ready'), 'True Ready');
    await play.startVault();
    await play.until(
      'it is read again',
      async () => (await role.says('Healthy')) === 'True Healthy',
      90_000,
    );
    const password = await role.password();
    await role.rotate();

    await role.follows(password);
    await role.restarted(1);
  });

  it('without allowStaticCreds is known by its answer', async () => {
    const role = await StaticRole.create(play, HOURLY);

    await role.synced({ allowStaticCreds: undefined, refreshAfter: '2s' });
    const first = await role.password();
    await role.rotate();
    await role.follows(first, 5_000);

    await role.restarted(1);
    await play.until('no record is left', async () => (await role.records()).length === 0);
    const { staticCredsMetaData } = await role.status();
    assert.equal(staticCredsMetaData.rotationPeriod, 3600);
  });

  it('may take the place of a leased credential, and the other way round', async () => {
    const role = await StaticRole.create(play, HOURLY);
    await role.edited();
    await role.ready();
    const user = await role.userNow();

    await role.edited({ path: role.path, allowStaticCreds: true });
    await play.until(
      'the Secret follows',
      async () => (await role.user()) === `s-${role.home.role}`,
    );
    await role.ready();
    await role.restarted(1);
    await role.holds(0);
    assert.equal(await role.exists(user), false);
    await role.edited();
    await play.until('a lease is told', async () => Boolean((await role.status()).secretLease.id));

    assert.equal((await role.status()).staticCredsMetaData, undefined);
    await role.restarted(2);
    await role.remove();
    await role.holds(0);
  });
});

describe('a static role of a Vault that answers oddly', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start(ALONE);
  });
  after(closeStage);

  const ANSWER = { request_id: 'r', lease_id: '', lease_duration: 0, renewable: false };
  const ROLE = { username: 'u', rotation_period: 3600 };
  const NEW = { ...ROLE, password: 'new', ttl: 3600, last_vault_rotation: '2026-01-02T00:00:00Z' };

  /** A VaultDynamicSecret, and what it is answered from now on. */
  async function answered(data: object): Promise<[Leased, (data: object) => void]> {
    let now = data;
    const auth = { client_token: 't', accessor: 'a', lease_duration: 3600, token_type: 'service' };
    const standIn = await play.standIn((request, response) => {
      const isLogin = request.url?.startsWith('/v1/auth/kubernetes/login');
      const isRole = request.url?.startsWith('/v1/database/static-creds/');
      const health = { initialized: true, sealed: false, standby: false };
      const body = isLogin
        ? { auth: { ...auth, policies: ['default'], renewable: false } }
        : health;
      response.end(JSON.stringify(isRole ? { ...ANSWER, data: now } : body));
    });
    const ground = { ...play, vaultAddress: standIn.url, vaultCa: standIn.ca };
    const db = new Leased(play, await tenant(ground));
    await db.home.deployment('web');
    await db.edited({ path: 'static-creds/app', allowStaticCreds: true, refreshAfter: '2s' });
    await db.ready();
    return [db, (next) => void (now = next)];
  }

  const passwordOf = async (db: Leased) => textsOf(await db.secret())['password'];

  it('an older password than before: it never returns, and it is said', async () => {
    const [db, answer] = await answered(NEW);

    answer({ ...NEW, password: 'old', last_vault_rotation: '2026-01-01T00:00:00Z' });
    await play.until('it is said', async () =>
      /before the last rotation/.test((await db.condition('Healthy'))?.message ?? ''),
    );
    await play.pass(5_000, async () => assert.equal(await passwordOf(db), 'new'));
    assert.equal((await db.condition('Ready'))?.status, 'True');
    answer({ ...NEW, password: 'newer', last_vault_rotation: '2026-01-03T00:00:00Z' });

    await play.until(
      'the next is followed',
      async () => (await passwordOf(db)) === 'newer',
      60_000,
    );
    await db.restarted(1);
  });

  it('a TTL of 0 for long: it is asked in steps, and nothing is written', async () => {
    const [db, answer] = await answered({ ...NEW, ttl: 0 });
    const version = (await db.object())?.metadata.resourceVersion;

    await play.pass(10_000);
    assert.equal((await db.object())?.metadata.resourceVersion, version);
    answer({ ...NEW, password: 'newer', last_vault_rotation: '2026-01-03T00:00:00Z' });

    await play.until('it is followed', async () => (await passwordOf(db)) === 'newer', 10_000);
  });
});

describe('what allowStaticCreds is wrong about', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start(ALONE);
  });
  after(closeStage);

  it('a role that leases: it is kept by its lease, none is left behind, and it is said', async () => {
    const db = new Leased(play, await tenant(play));

    await db.applied({ allowStaticCreds: true });

    await play.until('it is said', async () => (await db.events('NotAStaticRole')).length === 1);
    assert.match(
      (await db.events('NotAStaticRole'))[0] ?? '',
      /spec\.allowStaticCreds.*static-creds\/ROLE/,
    );
    await db.holds(1);
    assert.deepEqual(await db.records(), ['current']);
    await db.remove();
    await db.holds(0);
  });

  it('a path without rotation: it is read as it is, and it is said', async () => {
    const home = await tenant(play);
    await play.vault.call('POST', `kv1/${home.prefix}/plan`, { motto: 'one' });
    const db = new Leased(play, home);

    await db.edited({ mount: 'kv1', path: `${home.prefix}/plan`, allowStaticCreds: true });
    await db.ready();

    await play.until('it is said', async () => (await db.events('NotAStaticRole')).length === 1);
    assert.equal((await db.object())?.['status'].staticCredsMetaData, undefined);
  });

  it('a role that does not exist: the message says so, and names the remedy', async () => {
    const role = await StaticRole.create(play, HOURLY);

    await role.edited({ path: 'static-creds/none', allowStaticCreds: true });
    await play.until('it is refused', async () => (await role.says('Ready')).startsWith('False'));

    assert.equal(await role.says('Ready'), 'False VaultRequestRefused');
    const message = (await role.condition('Ready'))?.message ?? '';
    assert.match(message, /database\/static-creds\/none.*no such role/);
    assert.equal(await role.secret(), undefined);
    await role.synced();
  });
});
