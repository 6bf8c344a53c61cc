/** Every way to log in: what it syncs, how often it logs in for that, and that a new proof is taken up by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Leased } from '../stage/leased.ts';
import {
  appRoleOfFile,
  appRoleOfSecret,
  certificate,
  jwtOfSecret,
  jwtOfServiceAccount,
  type LoginWay,
  logInBy,
  trustTokenKeys,
} from '../stage/login-ways.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

/** A source is looked at once a minute, give or take a tenth. */
const SEEN_MS = 90_000;

const WAYS: readonly [string, (play: Stage, home: Tenant) => Promise<LoginWay>][] = [
  ['jwt with a service account', jwtOfServiceAccount],
  ['jwt with a Secret', jwtOfSecret],
  ['appRole with a Secret', appRoleOfSecret],
  ['appRole with a file', appRoleOfFile],
  ['a client certificate', certificate],
];

describe('a login by', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await trustTokenKeys(play);
    await play.operator.start();
  });
  after(closeStage);

  const logins = async ({ mount }: LoginWay): Promise<number> =>
    (await play.vaultNotes()).filter(({ path }) => path === `auth/${mount}/login`).length;

  for (const [name, prepare] of WAYS) {
    it(`${name} syncs a static and a leased secret, with one login for each`, async () => {
      const home = await tenant(play);
      const sights = new Sights(play, home);
      const way = await prepare(play, home);
      await logInBy(home, way);
      await play.vault.writeKv2('kv', `${home.prefix}/app`, { a: '1' });
      const before = await logins(way);

      await home.staticSecret('app');
      await sights.synced('app');
      const leased = new Leased(play, home);
      await leased.applied();
      const { length: alive } = await play.vault.accessorsOf(home.role);
      await play.pass(20_000);

      assert.equal((await sights.texts('app'))['a'], '1');
      assert.equal(await leased.exists(await leased.userNow()), true);
      assert.equal(await logins(way), before + 2, 'a refresh does not log in');
      assert.equal(alive, 2, 'one token for reading, one that owns the lease');
    });
  }

  for (const [name, prepare] of WAYS.filter(([, each]) => each !== jwtOfServiceAccount)) {
    it(`${name} takes up a new one, and gives the old token back`, async () => {
      const home = await tenant(play);
      const sights = new Sights(play, home);
      const way = await prepare(play, home);
      await logInBy(home, way);
      await play.vault.writeKv2('kv', `${home.prefix}/data`, { a: '1' });
      await home.staticSecret('data');
      await sights.synced('data');
      const [old = ''] = await play.vault.accessorsOf(home.role);

      await way.renew?.();

      await play.until(
        'another token took the place of the old one',
        async () => {
          const accessors = await play.vault.accessorsOf(home.role);
          return accessors.length === 1 && !accessors.includes(old);
        },
        SEEN_MS,
      );
      await play.vault.writeKv2('kv', `${home.prefix}/data`, { a: '2' });
      await play.until('it is synced', async () => (await sights.texts('data'))['a'] === '2');
      assert.deepEqual(new Set(await sights.reasons('data')), new Set(['SecretSynced']));
    });
  }

  it('a secret id that is renewed leaves a leased credential alone', async () => {
    const home = await tenant(play);
    const way = await appRoleOfSecret(play, home);
    await logInBy(home, way);
    const leased = new Leased(play, home);
    const user = await leased.applied();

    await way.renew?.();
    await play.pass(SEEN_MS);

    assert.equal(await leased.userNow(), user);
    assert.equal(await leased.issues(), 1);
    assert.equal(await leased.restarts(), 0);
  });

  it('a client certificate that is renewed leaves a leased credential valid, though Vault may no longer renew its token', async () => {
    const home = await tenant(play);
    const way = await certificate(play, home, { token_ttl: '2m' });
    await logInBy(home, way);
    const leased = new Leased(play, home);
    await leased.applied();

    await way.renew?.();

    await play.pass(2 * SEEN_MS, async () => {
      const status = (await leased.object())?.['status'];
      assert.equal((await leased.condition('Ready'))?.status, 'True', JSON.stringify(status));
      assert.equal(await leased.exists(await leased.userNow()), true);
    });
    await leased.holds(1);
  });
});
