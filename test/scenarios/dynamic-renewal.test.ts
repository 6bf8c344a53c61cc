/** A lease that lives: renewed for as long as Vault lets it, replaced before it ends, through trouble of every kind. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textsOf } from '../stage/kube-admin.ts';
import { FLAGS, Leased } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

describe('a lease', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  const renewals = async (since: number): Promise<number> =>
    (await play.vaultNotes()).slice(since).filter(({ path }) => path === 'sys/leases/renew').length;

  it('is renewed again and again by one call each, and nothing else changes', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 4 }));
    const user = await db.applied({ renewalPercent: 40 });
    const version = (await db.secret())?.metadata.resourceVersion;
    const start = (await play.vaultNotes()).length;
    const seen = new Set<number>();

    await play.until('it was renewed four times', async () => {
      seen.add(await db.renewedAt());
      return seen.size > 4;
    });

    assert.equal(await db.user(), user);
    assert.ok(await db.exists(user));
    assert.equal((await db.secret())?.metadata.resourceVersion, version);
    assert.equal(await db.issues(), 1);
    assert.equal(await db.restarts(), 0);
    assert.equal((await db.condition('LeaseRenewal'))?.status, 'True');
    const asked = await renewals(start);
    assert.ok(asked >= 4 && asked <= 6, `${asked} renewals`);
    await db.remove();
  });

  it('is kept alive while its object cannot be followed', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 5 }));
    const user = await db.applied();
    const [auth] = await play.kube.list('vaultauths', db.home.namespace);
    const renewedAgain = async (): Promise<void> => {
      const last = await db.renewedAt();
      await play.until('it was renewed', async () => (await db.renewedAt()) > last);
    };

    await play.kube.remove('vaultauths', db.home.namespace, 'app');
    await renewedAgain();
    await renewedAgain();
    assert.equal((await db.condition('Ready'))?.status, 'True');
    const { namespace } = db.home;
    const metadata = { name: 'app', namespace };
    await play.kube.apply({ ...auth, metadata, status: undefined });
    await db.edited({ mount: '' });
    await play.until(
      'the object is refused',
      async () => (await db.condition('Ready'))?.reason === 'InvalidSpec',
    );
    await play.pass(8_000, async () => assert.ok(await db.exists(user)));
    await db.edited();
    await db.ready();

    assert.equal(await db.user(), user);
    assert.equal(await db.issues(), 1);
    assert.equal(await db.restarts(), 0);
    await db.remove();
  });

  it('is kept alive while its new destination cannot be written', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 5 }));
    const user = await db.applied();
    const { namespace } = db.home;
    const metadata = { name: 'taken', namespace };
    await play.kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata });

    await db.edited({ destination: { name: 'taken', create: true } });
    await play.until('the conflict is told', async () =>
      (await db.condition('Healthy'))?.message.startsWith('DestinationConflict'),
    );
    await play.pass(8_000, async () => assert.ok(await db.exists(user)));

    assert.equal(await db.user(), user);
    assert.equal(await db.issues(), 1);
    await db.remove();
  });

  it('at its maximum is replaced while it lives, with one restart, and given back after the overlap', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 6, leaseMaxTtl: 10 }));
    const user = await db.applied();

    const next = await db.replaced(user);

    assert.ok(await db.exists(user), 'pods may still use the old user');
    await db.restarted(1);
    assert.ok(await db.exists(next));
    await play.until('the old user is gone', async () => !(await db.exists(user)));
    assert.ok(await db.exists(next));
    await db.remove();
  });

  it('of a token with a shorter life is replaced before the token ends, with a warning', async () => {
    const db = new Leased(play, await tenant(play, { tokenTtl: 12, tokenMaxTtl: 18 }));
    const user = await db.applied();

    await db.replaced(user);

    assert.ok(await db.exists(user), 'its token lives');
    await db.restarted(1);
    await play.until('it is told', async () => (await db.events('TokenEndsFirst')).length > 0);
    await db.remove();
    await db.holds(0);
  });

  it('whose token somebody revoked is replaced at its next renewal', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 5 }));
    const user = await db.applied();
    const [record] = await db.ledger();
    const { accessor } = JSON.parse(textsOf(record)['record'] ?? '').token;

    await play.vault.call('POST', 'auth/token/revoke-accessor', { accessor });

    await db.replaced(user);
    await db.restarted(1);
    await db.holds(1);
    await play.until('one record is left', async () => (await db.records()).length === 1);
    await db.remove();
  });

  it('is renewed after Vault was away past its due time, and nothing is issued', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 20, tokenTtl: 40 }));
    const user = await db.applied({ renewalPercent: 20 });
    const before = await db.renewedAt();

    await play.stopVault();
    await play.pass(9_000);
    await play.until(
      'the failure is told, and the object is ready all the same',
      async () =>
        (await db.condition('LeaseRenewal'))?.status === 'False' &&
        (await db.condition('Ready'))?.status === 'True',
    );
    await play.startVault();
    await play.until('the lease was renewed', async () => (await db.renewedAt()) > before);

    assert.equal(await db.user(), user);
    assert.ok(await db.exists(user));
    assert.equal(await db.issues(), 1);
    assert.equal(await db.restarts(), 0);
    const failures = play.operator.logs().match(/"the reconcile failed"[^\n]*"name":"db"/g) ?? [];
    assert.ok(failures.length < 40, `${failures.length} failed reconciles`);
    await db.remove();
  });
});
