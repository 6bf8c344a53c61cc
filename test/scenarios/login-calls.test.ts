/** What a login from a Secret costs while nothing changes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { appRoleOfSecret, logInBy } from '../stage/login-ways.ts';
import { callsSince, kubernetesCalls, Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const MINUTE_MS = 60_000;
/** Of the secret id and of the CA, once a minute each, give or take a tenth: two within a minute at most. */
const LOOKS = 4;

describe('a secret behind a login from a Secret', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  it('is refreshed without asking Kubernetes: the source is looked at once a minute', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await logInBy(home, await appRoleOfSecret(play, home));
    const names = ['one', 'two', 'three'];
    for (const name of names) {
      await play.vault.writeKv2('kv', `${home.prefix}/${name}`, { a: '1' });
      await home.staticSecret(name, { refreshAfter: '2s' });
      await sights.synced(name);
      await play.until(`${name} is told`, async () => (await sights.events(name)).length === 1);
    }
    const [calls, reads] = [
      await kubernetesCalls(play),
      await sights.asked(`kv/data/${home.prefix}`),
    ];

    await play.pass(MINUTE_MS);

    const { 'get secrets': looks = 0, ...others } = await callsSince(play, calls);
    assert.deepEqual(others, {});
    assert.ok(looks <= LOOKS, `${looks} reads of Secrets`);
    assert.ok((await sights.asked(`kv/data/${home.prefix}`)) - reads > 40);
    assert.equal((await play.vault.accessorsOf(home.role)).length, 1);
    const logins = (await play.vaultNotes()).filter(({ path }) => path === 'auth/approle/login');
    assert.equal(logins.length, 1, 'three that began together share one login');
  });
});
