/** A new proof of who we are is taken up by itself, whatever way it is. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LOGIN_WAYS, logInBy, SEEN_MS, trustTokenKeys } from '../stage/login-ways.ts';
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

  for (const [name, prepare] of LOGIN_WAYS.filter(
    ([name]) => name !== 'jwt with a service account',
  )) {
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
});
