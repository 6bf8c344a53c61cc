/** What the login role may grant: tokens of every kind, and what becomes of the credentials under them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLAGS, Leased } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const MAY_REVOKE = 'path "sys/leases/revoke" { capabilities = ["update"] }';
const MAY_RENEW = 'path "sys/leases/renew" { capabilities = ["update"] }';
const OWN_TOKEN = `
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }`;
const NO_DEFAULT = { token_no_default_policy: true };

describe('a role', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  it('without the default policy works and says what is missing', async () => {
    const db = new Leased(play, await tenant(play, { tokenTtl: 8, role: NO_DEFAULT }));

    const user = await db.applied();

    const told = await db.condition('GiveBack');
    assert.equal(told?.status, 'False');
    assert.equal(told?.reason, 'TokenWithoutDefaultPolicy');
    await play.until(
      'it is told by an event',
      async () => (await db.events('TokenWithoutDefaultPolicy')).length === 1,
    );
    await db.remove();
    await play.until('the user is gone with its token', async () => !(await db.exists(user)));
  });

  it('without the default policy gives back by lease id where that is allowed', async () => {
    const policy = MAY_REVOKE + MAY_RENEW;
    const db = new Leased(play, await tenant(play, { role: NO_DEFAULT, policy }));

    await db.applied();
    await db.remove();

    await db.holds(0);
  });

  it('whose own policy allows what the default policy does has nothing to say', async () => {
    const policy = OWN_TOKEN + MAY_RENEW;
    const db = new Leased(play, await tenant(play, { role: NO_DEFAULT, policy }));

    await db.applied();

    assert.equal(await db.condition('GiveBack'), undefined);
    await db.remove();
    await db.holds(0);
  });

  it('with batch tokens has its credentials replaced before the token ends', async () => {
    const role = { token_type: 'batch' };
    const home = await tenant(play, { tokenTtl: 8, role, policy: MAY_REVOKE });
    const db = new Leased(play, home);
    const user = await db.applied();

    const next = await db.replaced(user);

    assert.ok(await db.exists(user), 'its token lives');
    await db.restarted(1);
    await play.until('the old user is gone', async () => !(await db.exists(user)));
    assert.ok(await db.exists(next));
    await db.remove();
    await db.holds(0);
  });

  it('with a use limit is refused, and nothing is left of its token', async () => {
    const db = new Leased(play, await tenant(play, { role: { token_num_uses: 9 } }));

    await db.edited();

    await play.until(
      'the refusal is told',
      async () => (await db.condition('Ready'))?.reason === 'TokenUnsuitable',
    );
    assert.match((await db.condition('Ready'))?.message ?? '', /token_num_uses/);
    assert.equal(await db.issues(), 0);
    assert.equal(await db.secret(), undefined);
    assert.deepEqual(await db.records(), []);
    assert.deepEqual(await tokensOf(play, db.home.role), []);
  });

  it('that denies the path is told so, and a policy that comes later is enough', async () => {
    const home = await tenant(play);
    const policy = `path "database/creds/${home.role}" { capabilities = ["deny"] }`;
    await play.vault.call('POST', `sys/policies/acl/${home.role}`, { policy });
    const db = new Leased(play, home);

    await db.edited();
    await play.until(
      'the refusal is told',
      async () => (await db.condition('Ready'))?.reason === 'PermissionDenied',
    );
    assert.deepEqual(await tokensOf(play, home.role), []);
    await play.vault.call('POST', `sys/policies/acl/${home.role}`, {
      policy: policy.replace('deny', 'read'),
    });
    await db.ready();

    assert.equal((await db.leases()).length, 1);
    await db.remove();
  });
});

/** Accessors of the live tokens that a login role gave. */
async function tokensOf({ vault }: Stage, role: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const accessor of await vault.accessors()) {
    const token = await vault
      .call('POST', 'auth/token/lookup-accessor', { accessor })
      .catch(() => undefined);
    if (token?.data.meta?.role === role) found.push(accessor);
  }
  return found;
}
