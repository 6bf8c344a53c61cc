/** Every way to log in: what it syncs, and how often it logs in for that. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Leased } from '../stage/leased.ts';
import { LOGIN_WAYS, type LoginWay, logInBy, trustTokenKeys } from '../stage/login-ways.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

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

  for (const [name, prepare] of LOGIN_WAYS) {
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
});
