/** The Secret of a VaultStaticSecret: what of it is ours, and what becomes of it when the specification changes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { object, type Tenant, tenant } from '../stage/tenant.ts';

describe('the Secret of a static secret', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  /** With { user: 'ada' } in Vault for a static secret `app`. */
  async function home(): Promise<[Tenant, Sights]> {
    const tenancy = await tenant(play);
    await play.vault.writeKv2('kv', `${tenancy.prefix}/app`, { user: 'ada' });
    return [tenancy, new Sights(play, tenancy)];
  }

  /** Made by somebody who knows nothing of us. */
  function ownSecret([{ namespace }]: [Tenant, Sights], name: string, type = 'Opaque') {
    const { metadata, ...secret } = object('v1', 'Secret', namespace, name);
    const theirs = { labels: { l: '1' }, annotations: { a: '1' } };
    const values = { stringData: { mine: '1' } };
    return play.kube.apply({ ...secret, metadata: { ...metadata, ...theirs }, type, ...values });
  }

  it('moves when it is given another name, and restarts nothing', async () => {
    const place = await home();
    const [tenancy, sights] = place;
    await tenancy.deployment('web');
    const web = { rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] };
    await synced(place, { name: 'old', create: true }, web);

    await synced(place, { name: 'new', create: true }, web);

    assert.equal((await sights.texts('new'))['user'], 'ada');
    await play.until('the old one is gone', async () => (await sights.secret('old')) === undefined);
    assert.deepEqual(await sights.stamps('web'), {});
  });

  it('is made anew when it shall have another type', async () => {
    const place = await home();
    const [, sights] = place;
    await synced(place, { name: 'app', create: true });

    await synced(place, { name: 'app', create: true, type: 'example.org/credentials' });

    assert.equal((await sights.secret('app'))?.['type'], 'example.org/credentials');
    assert.equal((await sights.texts('app'))['user'], 'ada');
  });

  it('gets and loses the labels and annotations of the destination, and keeps those of others', async () => {
    const place = await home();
    const [{ namespace }, sights] = place;
    await synced(place, {
      name: 'app',
      create: true,
      labels: { a: '1', b: '1' },
      annotations: { c: '1' },
    });
    await play.kube.patch('secrets', namespace, 'app', {
      metadata: { labels: { theirs: 'x' }, annotations: { 'theirs.example': 'y' } },
    });
    const { uid } = (await sights.secret('app'))?.metadata ?? {};

    await synced(place, { name: 'app', create: true, labels: { a: '2' } });

    const {
      labels = {},
      annotations = {},
      uid: now,
    } = (await sights.secret('app'))?.metadata ?? {};
    assert.deepEqual([labels['a'], labels['b'], labels['theirs']], ['2', undefined, 'x']);
    assert.deepEqual([annotations['c'], annotations['theirs.example']], [undefined, 'y']);
    assert.equal(now, uid);
  });

  it('gets its labels back when somebody takes them off', async () => {
    const place = await home();
    const [{ namespace }, sights] = place;
    await synced(place, { name: 'app', create: true, labels: { team: 'a' } });
    const labels = async () => (await sights.secret('app'))?.metadata.labels;
    const before = await labels();

    for (const label of [
      'team',
      'app.kubernetes.io/component',
      'secrets.hashicorp.com/vso-ownerRefUID',
    ]) {
      await play.kube.patch('secrets', namespace, 'app', {
        metadata: { labels: { [label]: null } },
      });
      await play.until(`${label} is back`, async () => (await labels())?.[label] !== undefined);
    }

    assert.deepEqual(await labels(), before);
  });

  it('goes with its object, and is taken over by the next one of that name', async () => {
    const place = await home();
    const [{ namespace }, sights] = place;
    await synced(place, { name: 'app', create: true });

    await play.kube.remove('vaultstaticsecrets', namespace, 'app');
    const { metadata } = await synced(place, { name: 'app', create: true });
    await play.pass(2_000);
    assert.equal((await sights.secret('app'))?.metadata.ownerReferences?.[0]?.uid, metadata.uid);

    await play.kube.remove('vaultstaticsecrets', namespace, 'app');
    await play.until('it is gone', async () => (await sights.secret('app')) === undefined);
  });

  it('of somebody else is only filled: its metadata stay, and it is left behind', async () => {
    const place = await home();
    const [{ namespace, staticSecret }, sights] = place;
    await ownSecret(place, 'theirs', 'example.org/own');

    await synced(place, { name: 'theirs', labels: { ignored: 'x' }, type: 'Opaque' });

    const { _raw, ...texts } = await sights.texts('theirs');
    assert.deepEqual(texts, { user: 'ada' });
    const secret = await sights.secret('theirs');
    assert.equal(secret?.['type'], 'example.org/own');
    assert.deepEqual(secret?.metadata.labels, { l: '1' });
    assert.deepEqual(secret?.metadata.annotations, { a: '1' });
    assert.equal(secret?.metadata.ownerReferences, undefined);
    await staticSecret('app', { refreshAfter: '1s', destination: { name: 'theirs' } });
    const version = secret?.metadata.resourceVersion;
    await play.pass(3_000);
    assert.equal(await sights.version('secrets', 'theirs'), version);
    await play.kube.remove('vaultstaticsecrets', namespace, 'app');
    await play.pass(1_000);
    assert.equal((await sights.texts('theirs'))['user'], 'ada');
  });

  it('of somebody else is waited for', async () => {
    const place = await home();
    const [{ staticSecret }, sights] = place;

    await staticSecret('app', { refreshAfter: '1s', destination: { name: 'later' } });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False DestinationMissing');
    await ownSecret(place, 'later');

    await sights.synced('app');
    assert.equal((await sights.texts('later'))['user'], 'ada');
  });

  it('is not taken from somebody else, until that is asked for', async () => {
    const place = await home();
    const [{ staticSecret }, sights] = place;
    await ownSecret(place, 'app');

    await staticSecret('app', { destination: { name: 'app', create: true } });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False DestinationConflict');
    assert.deepEqual(await sights.texts('app'), { mine: '1' });
    await synced(place, { name: 'app', create: true, overwrite: true });

    const { _raw, ...texts } = await sights.texts('app');
    assert.deepEqual(texts, { user: 'ada' });
    const { labels } = (await sights.secret('app'))?.metadata ?? {};
    assert.equal(labels?.['l'], '1');
    assert.equal(labels?.['app.kubernetes.io/managed-by'], 'hashicorp-vso');
  });

  it('of another object of ours is never taken, also not when that is asked for', async () => {
    const place = await home();
    const [{ namespace, prefix, staticSecret }, sights] = place;
    await synced(place, { name: 'app', create: true });
    await play.vault.writeKv2('kv', `${prefix}/other`, { user: 'bob' });

    await staticSecret('other', {
      refreshAfter: '1s',
      destination: { name: 'app', create: true, overwrite: true },
    });
    await sights.until('vaultstaticsecrets', 'other', 'Ready', 'False DestinationConflict');
    assert.equal((await sights.texts('app'))['user'], 'ada');

    await play.kube.remove('vaultstaticsecrets', namespace, 'app');
    await sights.synced('other');
    assert.equal((await sights.texts('app'))['user'], 'bob');
  });
});

/** Applied as `app` with this destination, once it is as it shall be. */
async function synced(
  [{ staticSecret }, sights]: [Tenant, Sights],
  destination: object,
  spec = {},
) {
  const applied = await staticSecret('app', { refreshAfter: '5h', destination, ...spec });
  await sights.synced('app');
  return applied;
}
