/** The first credential of an object: one lease, and everything that tells of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textsOf } from '../stage/kube-admin.ts';
import { FLAGS, Leased } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const MARK = 'vault-lease-operator/lease';

describe('the first credential', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  it('costs Vault a login, a shortened token, a credential and a lengthened token', async () => {
    const db = new Leased(play, await tenant(play));
    const before = (await play.vaultNotes()).length;

    await db.applied();

    const asked = (await play.vaultNotes()).slice(before).map(({ path }) => path);
    const ours = asked.filter((path) => /login$|renew|revoke|^database\/creds\//.test(path));
    assert.deepEqual(ours, [
      'auth/kubernetes/login',
      'auth/token/renew-self',
      db.home.leasePrefix,
      'auth/token/renew-self',
    ]);
    assert.equal((await db.leases()).length, 1);
    assert.equal(await db.restarts(), 0);
  });

  it('is on record, marked in its Secret and told in the status, all with one revision', async () => {
    const db = new Leased(play, await tenant(play, { leaseTtl: 600 }));
    const asked = Math.floor(play.now() / 1000);

    const user = await db.applied();

    const [lease] = await db.leases();
    const secret = await db.secret();
    const values = textsOf(secret);
    assert.deepEqual(Object.keys(values).sort(), ['_raw', 'password', 'username']);
    assert.equal(JSON.parse(values['_raw'] ?? '').username, user);
    assert.equal(
      secret?.metadata.labels?.['secrets.hashicorp.com/vso-ownerRefUID'],
      (await db.object())?.metadata.uid,
    );
    const mark = JSON.parse(secret?.metadata.annotations?.[MARK] ?? '');
    assert.partialDeepStrictEqual(mark, { leaseId: lease, ttlMs: 600_000, renewable: true });
    const object = await db.object();
    assert.partialDeepStrictEqual(object?.['status'], {
      revision: mark.revision,
      lastGeneration: object?.metadata.generation,
      secretLease: { id: lease, duration: 600, renewable: true },
    });
    assert.ok(object?.['status'].secretLease.requestID);
    assert.ok(object?.['status'].lastRenewalTime >= asked);
    const [record] = await db.ledger();
    assert.equal(record?.metadata.name, `vault-lease-${mark.revision}`);
    assert.deepEqual(await db.records(), ['current']);
  });

  it('is told by one event, which names the lease and no value', async () => {
    const db = new Leased(play, await tenant(play));

    const user = await db.applied();

    const [lease] = await db.leases();
    await play.until(
      'there is an event',
      async () => (await db.events('SecretSynced')).length === 1,
    );
    const [message] = await db.events('SecretSynced');
    assert.ok(message?.includes(String(lease)));
    assert.ok(!message?.includes(user));
    assert.ok(!play.operator.logs().includes(textsOf(await db.secret())['password'] ?? ''));
  });

  it('goes into a Secret that a user made, which keeps its labels and type', async () => {
    const home = await tenant(play);
    const db = new Leased(play, home);
    const metadata = { name: 'db', namespace: home.namespace, labels: { made: 'by-hand' } };
    const destination = { name: 'db', create: false };

    await db.edited({ destination });
    await play.until(
      'the missing Secret is named',
      async () => (await db.condition('Ready'))?.reason === 'DestinationMissing',
    );
    assert.equal(await db.issues(), 0);
    const type = 'example.com/mine';
    await play.kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata, type });
    await db.edited({ destination, renewalPercent: 60 });
    await db.ready();

    const secret = await db.secret();
    assert.ok(await db.exists(await db.userNow()));
    assert.equal(secret?.metadata.labels?.['made'], 'by-hand');
    assert.equal(secret?.['type'], type);
    assert.deepEqual(secret?.metadata.ownerReferences ?? [], []);
    assert.equal(await db.issues(), 1);
    await db.remove();
    await db.holds(0);
    assert.ok(await db.secret());
  });

  it('is asked for by PUT when there are params, and read from engines that want it so', async () => {
    const home = await tenant(play, {
      policy: `path "transit/hash/*" { capabilities = ["update"] }`,
    });
    const sum = new Leased(play, home, 'sum');

    await sum.edited({
      mount: 'transit',
      path: 'hash/sha2-256',
      params: { input: Buffer.from('abc').toString('base64') },
    });
    await sum.ready();

    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    assert.equal(textsOf(await sum.secret())['sum'], abc);
    const [note] = (await play.vaultNotes()).filter(({ path }) => path === 'transit/hash/sha2-256');
    assert.equal(note?.operation, 'update');
    assert.deepEqual(await sum.records(), []);
  });
});
