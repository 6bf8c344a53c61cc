import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { seal } from '../runtime/sealed.ts';
import { clusterUids } from './cluster.ts';
import { HMAC_KEY_SECRET, hmacKey } from './hmac-key.ts';
import { LEASE_NAME, LeaseLock } from './lease-lock.ts';
import { type NewSecret, OperatorSecrets } from './operator-secrets.ts';
import { LEASES, SECRETS } from './routes.ts';
import { requestToken } from './service-accounts.ts';
import { failed } from './testing/rig.ts';
import { never, type Site, site } from './testing/site.ts';
import type { Transport } from './transport.ts';

const LABELS = { 'example.com/record': 'true' };
const conflict = /KubernetesConflict/;

async function reasonOf(work: Promise<unknown>): Promise<string> {
  return (await failed(work)).fault.reason;
}

function record(name: string, text = 'x'): NewSecret {
  return { name, labels: LABELS, data: seal({ text }) };
}

describe('what the operator keeps in its own namespace', () => {
  let at: Site;
  let records: OperatorSecrets;
  /** Without rights. */
  let stranger: Transport;

  before(async () => {
    at = await site('state');
    stranger = await at.stranger();
    records = new OperatorSecrets(at.transport, at.namespace, LABELS);
  });
  after(() => at[Symbol.asyncDispose]());

  it('records: come back as they were written, in any script, and print no value', async () => {
    const written = await records.create(record('r1', 'grüße ✓'), never);
    const read = await records.read('r1', never);
    assert.deepEqual({ ...read?.data.open() }, { text: 'grüße ✓' });
    assert.deepEqual(read, written);
    assert.ok(!inspect(read, { depth: 9 }).includes('grüße'));
    assert.equal(await records.read('nobody', never), undefined);
  });

  it('records: are listed by their labels alone', async () => {
    await records.create(record('r2'), never);
    const body = { metadata: { name: 'other' } };
    await at.call({ verb: 'create', route: SECRETS, namespace: at.namespace, body });
    const names = (await records.list(never)).map(({ name }) => name);
    assert.ok(names.includes('r2'));
    assert.ok(!names.includes('other'));
  });

  it('records: a name is taken once', async () => {
    await records.create(record('r3'), never);
    assert.equal(await reasonOf(records.create(record('r3'), never)), 'KubernetesConflict');
  });

  it('records: a replace that is late by one change fails, and never recreates', async () => {
    const first = await records.create(record('r4', '1'), never);
    const second = await records.replace(first, record('r4', '2'), never);
    assert.equal(
      await reasonOf(records.replace(first, record('r4', '3'), never)),
      'KubernetesConflict',
    );
    assert.deepEqual({ ...(await records.read('r4', never))?.data.open() }, { text: '2' });
    await records.remove(second, never);
    await assert.rejects(records.replace(second, record('r4', '4'), never));
    assert.equal(await records.read('r4', never), undefined);
  });

  it('records: removing one that is gone is done; one made anew under its name stays', async () => {
    const first = await records.create(record('r5'), never);
    await records.remove(first, never);
    await records.remove(first, never);
    await records.create(record('r5', 'new'), never);
    await assert.rejects(records.remove(first, never));
    assert.ok(await records.read('r5', never));
  });

  it('the HMAC key: replicas that start together end up with one', async () => {
    let made = 0;
    const newKey = (): Uint8Array => {
      made += 1;
      return new Uint8Array(16).fill(made);
    };
    const keys = await Promise.all(
      Array.from({ length: 5 }, () => hmacKey(at.transport, at.namespace, newKey, never)),
    );
    const texts = new Set(keys.map((key) => Buffer.from(key.open()).toString('hex')));
    assert.equal(texts.size, 1);
    const { namespace } = at;
    const { metadata, immutable } = await at.call({
      verb: 'get',
      route: SECRETS,
      namespace,
      name: HMAC_KEY_SECRET,
    });
    assert.equal(immutable, true);
    assert.equal(
      metadata.labels?.['app.kubernetes.io/component'],
      'client-cache-storage-verification',
    );
  });

  it('the HMAC key: one of another length is not used, and not replaced', async () => {
    await using other = await site('key');
    const { namespace } = other;
    const body = { metadata: { name: HMAC_KEY_SECRET }, data: { key: 'c2hvcnQ=' } };
    await other.call({ verb: 'create', route: SECRETS, namespace, body });
    const asking = hmacKey(other.transport, namespace, () => new Uint8Array(16), never);
    await assert.rejects(asking, /must hold 16 bytes under "key"/);
  });

  it('the lock: is taken, renewed and lost by its version', async () => {
    const lock = new LeaseLock(at.transport, at.namespace);
    const wish = {
      holder: 'a',
      durationMs: 15_000,
      acquiredAt: 1_767_225_600_250,
      renewedAt: 1_767_225_601_500,
      transitions: 0,
    };
    assert.equal(await lock.read(never), undefined);
    const first = await lock.create(wish, never);
    assert.deepEqual(
      { ...first, version: '' },
      {
        ...first,
        holder: 'a',
        durationMs: 15_000,
        acquiredAt: 1_767_225_600_250,
        transitions: 0,
        version: '',
      },
    );
    await assert.rejects(lock.create({ ...wish, holder: 'b' }, never), conflict);
    const renewed = await lock.replace(first, { ...wish, renewedAt: 1_767_225_603_000 }, never);
    assert.notEqual(renewed.version, first.version);
    await assert.rejects(lock.replace(first, { ...wish, holder: 'b' }, never), conflict);
    assert.deepEqual(await lock.read(never), renewed);
    const { namespace } = at;
    const { spec } = await at.call({ verb: 'get', route: LEASES, namespace, name: LEASE_NAME });
    assert.match(JSON.stringify(spec), /"renewTime":"2026-01-01T00:00:03\.000000Z"/);
  });

  it('tokens: are for the audience that was asked for, sealed, and of an existing account', async () => {
    const { namespace } = at;
    const body = { metadata: { name: 'app' } };
    const route = { group: '', version: 'v1', plural: 'serviceaccounts' };
    await at.call({ verb: 'create', route, namespace, body });
    const wish = {
      serviceAccount: { namespace, name: 'app' },
      audiences: ['vault'],
      expirationSeconds: 600,
    };
    const token = await requestToken(at.transport, wish, never);
    const claims = JSON.parse(
      Buffer.from(token.open().split('.')[1] ?? '', 'base64url').toString(),
    );
    assert.deepEqual(claims.aud, ['vault']);
    assert.equal(claims.sub, `system:serviceaccount:${namespace}:app`);
    assert.ok(!inspect(token).includes(token.open()));
    await requestToken(at.transport, { ...wish, audiences: [] }, never);
    const nobody = { ...wish, serviceAccount: { namespace, name: 'nobody' } };
    await assert.rejects(
      requestToken(at.transport, nobody, never),
      new RegExp(
        `ServiceAccountNotFound: service account nobody does not exist in namespace ${namespace}`,
      ),
    );
    const error = await failed(requestToken(stranger, wish, never));
    assert.match(error.message, /may not create serviceaccounts\/token in namespace/);
  });

  it('the cluster is known by two uids, the same each time', async () => {
    const uids = await clusterUids(at.transport, at.namespace, never);
    assert.equal(new Set(uids).size, 2);
    for (const uid of uids) assert.match(uid, /^[0-9a-f-]{36}$/);
    assert.deepEqual(await clusterUids(at.transport, at.namespace, never), uids);
  });

  it('a cluster of which nothing may be read is not guessed', async () => {
    const uids = clusterUids(stranger, at.namespace, never);
    await assert.rejects(uids, /grant get on namespaces by a Role in the former/);
  });
});
