/** Logins that cannot be, each told where a person looks for it, by the field or the object to mend. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import { Leased } from '../stage/leased.ts';
import {
  appRoleOfFile,
  appRoleOfSecret,
  CERTIFICATE,
  certificate,
  jwtOfSecret,
  type LoginWay,
  logInBy,
  putSecret,
  SECRET_ID,
  TOKEN,
  trustTokenKeys,
} from '../stage/login-ways.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const MENDED_MS = 90_000;

describe('a login is told to fail', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await trustTokenKeys(play);
    await play.operator.start();
  });
  after(closeStage);

  /** How it is broken, what is said about it at the secret, and the remedy in the message. */
  const broken: readonly [
    string,
    (home: Tenant) => Promise<LoginWay>,
    (home: Tenant) => Promise<unknown>,
    string,
    RegExp,
  ][] = [
    [
      'the Secret of the secret id is missing',
      (home) => appRoleOfSecret(play, home),
      (home) => play.kube.remove('secrets', home.namespace, SECRET_ID),
      'LoginSourceInvalid',
      /Secret secret-id .* key id does not exist in namespace t-/,
    ],
    [
      'the Secret of the secret id has another key',
      (home) => appRoleOfSecret(play, home),
      async (home) => {
        await play.kube.remove('secrets', home.namespace, SECRET_ID);
        await putSecret(play, home, SECRET_ID, { secret_id: 'x' });
      },
      'LoginSourceInvalid',
      /key id lacks that key/,
    ],
    [
      'the Secret of the token holds nothing',
      (home) => jwtOfSecret(play, home),
      (home) => putSecret(play, home, TOKEN, { jwt: ' ' }),
      'LoginSourceInvalid',
      /Secret token .* key jwt is empty/,
    ],
    [
      'the secret id is not the one of the role',
      (home) => appRoleOfSecret(play, home),
      (home) => putSecret(play, home, SECRET_ID, { id: 'canary' }),
      'SecretIdRefused',
      /answered 400.*Provide a new secret id/,
    ],
    [
      'the token is signed by somebody else',
      (home) => jwtOfSecret(play, home),
      (home) => putSecret(play, home, TOKEN, { jwt: 'canary.canary.canary' }),
      'LoginDenied',
      /auth\/jwt\/login/,
    ],
    [
      'the role of the certificate is another',
      (home) => certificate(play, home),
      (home) => play.vault.call('DELETE', `auth/cert/certs/${home.role}`),
      'LoginDenied',
      /auth\/cert\/login/,
    ],
  ];
  for (const [name, prepare, breakIt, reason, message] of broken)
    it(`because ${name}, and mends by itself`, async () => {
      const home = await tenant(play);
      const sights = new Sights(play, home);
      const way = await prepare(home);
      await logInBy(home, way);
      await breakIt(home);
      await play.vault.writeKv2('kv', `${home.prefix}/data`, { a: '1' });

      await home.staticSecret('data');

      await sights.until('vaultstaticsecrets', 'data', 'Ready', `False ${reason}`);
      const told = await sights.message('vaultstaticsecrets', 'data');
      assert.match(told, message);
      assert.doesNotMatch(told, /canary/);
      await sights.until('vaultauths', 'app', 'Ready', `False ${reason}`);
      await way.renew?.();
      await sights.synced('data', MENDED_MS);
    });

  it('when its Secret goes away: the token that was made from it is given back', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await logInBy(home, await appRoleOfSecret(play, home));
    await play.vault.writeKv2('kv', `${home.prefix}/data`, { a: '1' });
    await home.staticSecret('data');
    await sights.synced('data');

    await play.kube.remove('secrets', home.namespace, SECRET_ID);

    await play.until(
      'no token is left',
      async () => (await play.vault.accessorsOf(home.role)).length === 0,
      MENDED_MS,
    );
    await sights.until('vaultstaticsecrets', 'data', 'SecretSynced', 'False LoginSourceInvalid');
    assert.equal((await sights.texts('data'))['a'], '1');
  });

  it('when the secret id is used up by the first of two credentials, which goes on', async () => {
    const home = await tenant(play);
    await logInBy(home, await appRoleOfSecret(play, home, { secret_id_num_uses: 1 }));
    const first = new Leased(play, home, 'first');
    const user = await first.applied();

    const second = new Leased(play, home, 'second');
    await second.edited();

    const said = async () => second.condition('Ready');
    await play.until('it is told', async () => (await said())?.reason === 'SecretIdRefused');
    assert.match((await said())?.message ?? '', /used up|secret_id_num_uses/);
    assert.equal((await first.condition('Ready'))?.status, 'True');
    assert.equal(await first.userNow(), user);
    assert.equal((await play.vault.accessorsOf(home.role)).length, 1);
  });

  it('when a client certificate was replaced in the cluster: it is read at once', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    const way = await certificate(play, home);
    await logInBy(home, way);
    await sights.until('vaultauths', 'app', 'Ready', 'True');
    await way.renew?.();
    await play.vault.writeKv2('kv', `${home.prefix}/data`, { a: '1' });
    const before = play.now();

    await home.staticSecret('data');

    await sights.synced('data');
    assert.ok(play.now() - before < 20_000, 'sooner than the next look at the connection');
  });

  const specs: readonly [string, object, string, RegExp][] = [
    [
      'both places of a secret id',
      { method: 'appRole', appRole: { roleId: 'r', secretRef: 'a', secretIDPath: '/a' } },
      'InvalidSpec',
      /secretRef and spec\.appRole\.secretIDPath are both set/,
    ],
    [
      'neither place of a secret id',
      { method: 'appRole', appRole: { roleId: 'r' } },
      'InvalidSpec',
      /spec\.appRole\.secretRef is missing/,
    ],
    [
      "a file that is the operator's own token",
      {
        method: 'appRole',
        appRole: {
          roleId: 'r',
          secretIDPath: '/var/run/secrets//kubernetes.io/serviceaccount/token',
        },
      },
      'InvalidSpec',
      /spec\.appRole\.secretIDPath is a place of the operator itself/,
    ],
    [
      'the method cert over a connection without a certificate',
      { method: 'cert' },
      'InvalidSpec',
      /spec\.clientCertSecretRef/,
    ],
    ['a method without behaviour', { method: 'gcp' }, 'NotSupportedYet', /spec\.method.*gcp|gcp/],
  ];
  for (const [name, spec, reason, message] of specs)
    it(`for ${name}`, async () => {
      const home = await tenant(play);
      const sights = new Sights(play, home);

      await logInBy(home, { mount: 'm', spec });

      await sights.until('vaultauths', 'app', 'Ready', `False ${reason}`);
      assert.match(await sights.message('vaultauths', 'app'), message);
    });

  it('for a file that is not there', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    const way = await appRoleOfFile(play, home);
    const spec = { method: 'appRole', appRole: { roleId: 'r', secretIDPath: '/no/such/file' } };
    await logInBy(home, { ...way, spec });

    await home.staticSecret('data');

    await sights.until('vaultstaticsecrets', 'data', 'Ready', 'False LoginSourceInvalid');
    assert.match(await sights.message('vaultstaticsecrets', 'data'), /\/no\/such\/file/);
  });

  const pairs: readonly [string, (home: Tenant) => Promise<unknown>, RegExp][] = [
    ['is missing', async () => undefined, /does not exist/],
    [
      'is of another type',
      (home) => putSecret(play, home, CERTIFICATE, { 'tls.crt': 'c', 'tls.key': 'k' }),
      /is not of type kubernetes\.io\/tls/,
    ],
    [
      'holds the key of another certificate',
      (home) => {
        const pair = { 'tls.crt': selfSigned().cert, 'tls.key': selfSigned().key };
        return putSecret(play, home, CERTIFICATE, pair, 'kubernetes.io/tls');
      },
      /not the one of its certificate/,
    ],
  ];
  for (const [name, put, message] of pairs)
    it(`because the Secret of a client certificate ${name}`, async () => {
      const home = await tenant(play);
      const sights = new Sights(play, home);
      await put(home);

      await home.apply('VaultConnection', 'vault', {
        address: play.vault.url,
        caCertSecretRef: 'vault-ca',
        clientCertSecretRef: CERTIFICATE,
      });

      const reason = 'False ClientCertificateInvalid';
      await sights.until('vaultconnections', 'vault', 'Ready', reason);
      assert.match(await sights.message('vaultconnections', 'vault'), message);
    });

  it('with the certificate of somebody else, whatever method and mount it names', async () => {
    const [owner, thief] = [await tenant(play), await tenant(play)];
    await logInBy(owner, await certificate(play, owner));
    const sights = new Sights(play, thief);
    await thief.apply('VaultAuth', 'app', {
      vaultConnectionRef: `${owner.namespace}/vault`,
      method: 'kubernetes',
      mount: 'cert',
      kubernetes: { role: owner.role, serviceAccount: 'app' },
    });
    await play.vault.writeKv2('kv', `${owner.prefix}/data`, { a: '1' });

    await thief.staticSecret('data', { path: `${owner.prefix}/data` });

    const reason = 'False ClientCertificateNotAllowed';
    await sights.until('vaultstaticsecrets', 'data', 'Ready', reason);
    assert.equal(await sights.secret('data'), undefined);
  });
});
