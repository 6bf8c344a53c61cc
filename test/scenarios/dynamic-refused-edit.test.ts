/** An edit that cannot be followed, of an object whose credential is in use. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLAGS, Leased } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

describe('an edit that cannot be followed', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  it('is told although nothing is due, and the credential in use is kept alive meanwhile', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 20 }));
    const user = await db.applied();

    await db.edited({ vaultAuthRef: 'nowhere' });
    await play.until('the missing VaultAuth is named', async () =>
      (await db.condition('Healthy'))?.message.includes('nowhere'),
    );
    const renewedAt = await db.renewedAt();
    await play.until('it is renewed', async () => (await db.renewedAt()) > renewedAt);

    const { status, metadata } = (await db.object()) ?? assert.fail();
    assert.equal((await db.condition('Healthy'))?.status, 'False');
    assert.equal((await db.condition('LeaseRenewal'))?.status, 'True');
    assert.ok(status.lastGeneration < (metadata.generation ?? 0));
    assert.equal((await db.events('VaultAuthNotFound')).length, 1);
    assert.equal(await db.user(), user);

    await db.edited();
    await db.ready();
    assert.equal((await db.condition('Healthy'))?.status, 'True');
    assert.equal(await db.issues(), 1);
    assert.equal(await db.restarts(), 0);
  });
});
