/** What a VaultStaticSecret writes, and with how few calls. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { callsSince, kubernetesCalls, Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const OWNER_LABELS = {
  'app.kubernetes.io/name': 'vault-secrets-operator',
  'app.kubernetes.io/managed-by': 'hashicorp-vso',
  'app.kubernetes.io/component': 'secret-sync',
};

describe('a static secret is synced', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  async function home(): Promise<[Tenant, Sights]> {
    const tenancy = await tenant(play);
    return [tenancy, new Sights(play, tenancy)];
  }

  it('for the first time by one read of Vault and three calls to Kubernetes', async () => {
    const [{ prefix, staticSecret }, sights] = await home();
    for (const name of ['first', 'second'])
      await play.vault.writeKv2('kv', `${prefix}/${name}`, { a: '1' });
    await staticSecret('first', { refreshAfter: '1h' });
    await sights.synced('first');
    await play.until('the first is told', async () => (await sights.events('first')).length === 1);
    const before = await kubernetesCalls(play);

    await staticSecret('second', { refreshAfter: '1h' });
    await sights.synced('second');
    await play.until('it is told', async () => (await sights.events('second')).length === 1);

    assert.deepEqual(await callsSince(play, before), {
      'create events': 1,
      'create secrets': 1,
      'patch vaultstaticsecrets': 1,
    });
    assert.equal(await sights.asked(`kv/data/${prefix}/second`), 1);
    assert.deepEqual(await sights.reasons('second'), ['SecretSynced']);
  });

  it('into a Secret that carries what the destination asks for and whose it is', async () => {
    const [{ prefix, staticSecret }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { 'tls.crt': 'c', 'tls.key': 'k' });

    const { metadata } = await staticSecret('app', {
      destination: {
        name: 'certificate',
        create: true,
        type: 'kubernetes.io/tls',
        labels: { team: 'a', 'app.kubernetes.io/name': 'mine' },
        annotations: { note: 'b' },
      },
    });
    await sights.synced('app');

    const secret = await sights.secret('certificate');
    const uid = metadata.uid ?? '';
    assert.equal(secret?.['type'], 'kubernetes.io/tls');
    assert.deepEqual(secret?.metadata.labels, {
      team: 'a',
      ...OWNER_LABELS,
      'secrets.hashicorp.com/vso-ownerRefUID': uid,
    });
    assert.equal(secret?.metadata.annotations?.['note'], 'b');
    assert.deepEqual(secret?.metadata.ownerReferences, [
      { apiVersion: 'secrets.hashicorp.com/v1beta1', kind: 'VaultStaticSecret', name: 'app', uid },
    ]);
  });

  it('with every value in the bytes that VSO writes, and the whole answer under _raw', async () => {
    const [tenancy, sights] = await home();
    const data = {
      text: 'é <&> \u2028',
      number: JSON.rawJSON('12345678901234567890'),
      yes: true,
      nothing: null,
      nested: { z: [1, '<'], a: {} },
    };
    await play.vault.call('POST', `kv1/${tenancy.prefix}/app`, data);

    await plainSecret(tenancy, 'app');
    await sights.synced('app');

    assert.deepEqual(await sights.texts('app'), {
      text: 'é <&> \u2028',
      number: '12345678901234567890',
      yes: 'true',
      nothing: 'null',
      nested: '{"a":{},"z":[1,"\\u003c"]}',
      _raw: '{"nested":{"a":{},"z":[1,"\\u003c"]},"nothing":null,"number":12345678901234567890,"text":"é \\u003c\\u0026\\u003e \\u2028","yes":true}',
    });
  });

  it('from kv version 2 with its metadata in _raw only', async () => {
    const [{ prefix, staticSecret }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });

    await staticSecret('app');
    await sights.synced('app');

    const { _raw = '', ...rest } = await sights.texts('app');
    assert.deepEqual(rest, { user: 'ada' });
    const raw = JSON.parse(_raw);
    assert.deepEqual(Object.keys(raw), ['data', 'metadata']);
    assert.deepEqual(raw.data, { user: 'ada' });
    assert.equal(raw.metadata.version, 1);
  });

  it('from the version it names, until it names another', async () => {
    const [{ prefix, staticSecret }, sights] = await home();
    for (const user of ['ada', 'bob']) await play.vault.writeKv2('kv', `${prefix}/app`, { user });
    const user = async () => (await sights.texts('app'))['user'];

    await staticSecret('app', { version: 1 });
    await sights.synced('app');
    assert.equal(await user(), 'ada');

    await staticSecret('app', { version: 0 });
    await play.until('the latest is in the Secret', async () => (await user()) === 'bob');
  });

  it('without _raw when that is left out, also from a Secret that had it', async () => {
    const [{ prefix, staticSecret }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });
    await staticSecret('app');
    await sights.synced('app');

    const destination = { name: 'app', create: true, transformation: { excludeRaw: true } };
    await staticSecret('app', { destination });
    await sights.synced('app');

    assert.deepEqual(await sights.texts('app'), { user: 'ada' });
  });

  it('without a code of its data when none is wanted: it is repaired, and restarts nothing', async () => {
    const [{ namespace, prefix, staticSecret, deployment }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });
    await deployment('web');
    const user = async () => (await sights.texts('app'))['user'];
    await staticSecret('app', {
      refreshAfter: '1s',
      hmacSecretData: false,
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }],
    });
    await sights.synced('app');
    assert.equal((await sights.get('vaultstaticsecrets', 'app'))?.['status'].secretMAC, undefined);

    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'bob' });
    await play.until('the Secret follows', async () => (await user()) === 'bob');
    await play.kube.patch('secrets', namespace, 'app', { data: { user: null } });
    await play.until('the Secret is repaired', async () => (await user()) === 'bob');

    const version = await sights.version('secrets', 'app');
    await play.pass(3_000);
    assert.equal(await sights.version('secrets', 'app'), version);
    assert.deepEqual(await sights.stamps('web'), {});
  });
});

/** Of kv version 1. */
function plainSecret({ apply, prefix }: Tenant, name: string) {
  return apply('VaultStaticSecret', name, {
    vaultAuthRef: 'app',
    mount: 'kv1',
    path: `${prefix}/${name}`,
    type: 'kv-v1',
    destination: { name, create: true },
  });
}
