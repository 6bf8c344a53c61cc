/** A new proof of who we are leaves the credentials alone that were leased under the old one. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Leased } from '../stage/leased.ts';
import {
  appRoleOfSecret,
  certificate,
  logInBy,
  SEEN_MS,
  trustTokenKeys,
} from '../stage/login-ways.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

describe('a new proof', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await trustTokenKeys(play);
    await play.operator.start();
  });
  after(closeStage);

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
