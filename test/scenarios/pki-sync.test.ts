/** What a VaultPKISecret writes, and that a verifier can follow it. */
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { authorities, certified } from '../stage/certified.ts';
import { callsSince, kubernetesCalls } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';

const KEYS = [
  '_raw',
  'ca_chain',
  'certificate',
  'expiration',
  'issuing_ca',
  'private_key',
  'private_key_type',
  'serial_number',
];

describe('a certificate is issued', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  it('into a TLS Secret whose chain leads to the root, once and without a restart', async () => {
    const web = await certified(play);

    const leaf = await web.applied({ altNames: ['www.example.com'], ipSans: ['127.0.0.1'] });

    const texts = await web.texts();
    assert.deepEqual(Object.keys(texts).sort(), [...KEYS, 'ca.crt', 'tls.crt', 'tls.key'].sort());
    assert.equal((await web.secret())?.['type'], 'kubernetes.io/tls');
    const { root, intermediate } = await authorities(play);
    const chain = texts['tls.crt']?.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    const [first, second, ...more] = chain.map((text) => new X509Certificate(text));
    assert.deepEqual(more, []);
    assert.ok(first && second);
    assert.equal(first.fingerprint256, leaf.fingerprint256);
    assert.ok(first.checkIssued(second) && first.verify(second.publicKey));
    assert.equal(second.fingerprint256, new X509Certificate(intermediate).fingerprint256);
    assert.ok(second.verify(new X509Certificate(root).publicKey));
    assert.ok(first.checkPrivateKey(createPrivateKey(texts['tls.key'] ?? '')));
    const authority = new X509Certificate(texts['ca.crt'] ?? '');
    assert.ok(first.verify(authority.publicKey), 'what is trusted has signed it');
    assert.equal(first.checkHost('web.example.com'), 'web.example.com');
    assert.equal(first.checkHost('www.example.com'), 'www.example.com');
    assert.equal(first.checkIP('127.0.0.1'), '127.0.0.1');
    assert.equal(await web.issues(), 1);
    assert.equal(await web.restarts(), 0);
  });

  it('and told in the status as VSO tells it, with conditions and one event', async () => {
    const web = await certified(play);
    const leaf = await web.applied();

    const status = await web.status();

    assert.equal(status.serialNumber, await web.serial());
    assert.equal(status.expiration, leaf.validToDate.getTime() / 1000);
    assert.equal(String(status.expiration), (await web.texts())['expiration']);
    assert.ok(Math.abs(status.lastRotation - play.now() / 1000) < 120);
    assert.equal(status.lastGeneration, (await web.object())?.metadata.generation);
    assert.equal(status.valid, true);
    assert.equal(status.error, '');
    assert.ok(status.secretMAC);
    assert.equal((await web.condition('SecretSynced'))?.status, 'True');
    await play.until('it is told', async () => (await web.events('SecretSynced')).length === 1);
    assert.match((await web.events('SecretSynced'))[0] ?? '', new RegExp(status.serialNumber));
  });

  it('by four calls to Vault and six to Kubernetes', async () => {
    const [warm, web] = [await certified(play), await certified(play)];
    await warm.applied();
    await play.until('it is told', async () => (await warm.events('SecretSynced')).length === 1);
    const [before, notes] = [await kubernetesCalls(play), (await play.vaultNotes()).length];

    await web.edited();
    await web.ready();
    await play.until('it is told', async () => (await web.events('SecretSynced')).length === 1);

    assert.deepEqual(await callsSince(play, before), {
      'create events': 1,
      'create secrets': 2,
      'create serviceaccounts': 1,
      'patch vaultpkisecrets': 1,
      'update secrets': 1,
    });
    const ours = (await play.vaultNotes()).slice(notes).map(({ path }) => path);
    const paths = ['auth/kubernetes/login', 'auth/token/renew-self', 'auth/token/revoke-self'];
    for (const path of [...paths, `pki/issue/${web.role}`])
      assert.equal(ours.filter((each) => each === path).length, 1, path);
  });

  it('into an Opaque Secret with what Vault answered and nothing else', async () => {
    const web = await certified(play);

    await web.applied({ destination: { name: 'web', create: true } });

    const texts = await web.texts();
    assert.deepEqual(Object.keys(texts).sort(), KEYS);
    const raw = JSON.parse(texts['_raw'] ?? '');
    assert.equal(texts['ca_chain'], raw.ca_chain.join('\n'));
    assert.equal(texts['certificate'], raw.certificate);
    assert.equal(texts['expiration'], String(raw.expiration));
    assert.equal(texts['private_key_type'], 'ec');
  });

  it('without _raw where that is left out', async () => {
    const web = await certified(play);
    const destination = { name: 'web', create: true, transformation: { excludeRaw: true } };

    await web.applied({ destination });

    const isRaw = (key: string): boolean => key === '_raw';
    assert.deepEqual(Object.keys(await web.texts()).filter(isRaw), []);
  });

  for (const format of ['der', 'pem_bundle'])
    for (const privateKeyFormat of ['der', 'pkcs8'])
      it(`in the format ${format} with a ${privateKeyFormat} key, and in PEM for TLS all the same`, async () => {
        const web = await certified(play);
        await web.edited({ format, privateKeyFormat });
        await web.ready();

        const texts = await web.texts();

        const leaf = new X509Certificate(texts['tls.crt'] ?? '');
        assert.ok(leaf.checkPrivateKey(createPrivateKey(texts['tls.key'] ?? '')));
        assert.doesNotMatch(texts['tls.crt'] ?? '', /PRIVATE/);
        assert.ok(leaf.verify(new X509Certificate(texts['ca.crt'] ?? '').publicKey));
        assert.match(
          texts['tls.key'] ?? '',
          privateKeyFormat === 'der' ? /BEGIN EC / : /BEGIN PRI/,
        );
        if (format === 'pem_bundle') assert.match(texts['certificate'] ?? '', /PRIVATE KEY/);
        else assert.doesNotMatch(texts['certificate'] ?? '', /BEGIN/);
      });

  it('with every name that was asked for, and without the common name among them', async () => {
    const web = await certified(play, {
      pkiRole: { allowed_uri_sans: '*', allowed_user_ids: '*' },
    });

    const leaf = await web.applied({
      altNames: ['a.example.com', 'b.example.com'],
      uriSans: ['spiffe://example.com/web'],
      userIDs: ['u1'],
      excludeCNFromSans: true,
    });

    assert.deepEqual(leaf.subjectAltName?.split(', ').sort(), [
      'DNS:a.example.com',
      'DNS:b.example.com',
      'URI:spiffe://example.com/web',
    ]);
    assert.match(leaf.subject, /web\.example\.com/);
    assert.match(leaf.subject, /u1/);
  });

  it('by the issuer that it names', async () => {
    const web = await certified(play);

    const leaf = await web.applied({ issuerRef: 'spare' });

    assert.match(leaf.issuer, /Example spare/);
    const notes = await play.vaultNotes();
    assert.ok(notes.some(({ path }) => path === `pki/issuer/spare/issue/${web.role}`));
  });

  it('until a fixed end', async () => {
    const web = await certified(play);
    const end = new Date(Math.floor(play.now() / 1000) * 1000 + 90 * 60_000);
    const notAfter = end.toISOString().replace('.000', '');

    const leaf = await web.applied({ ttl: undefined, notAfter });

    assert.equal(leaf.validToDate.getTime(), end.getTime());
  });

  it('into a Secret that somebody lends, which keeps its labels', async () => {
    const web = await certified(play);
    await play.kube.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'lent', namespace: web.home.namespace, labels: { team: 'a' } },
    });

    await web.edited({ destination: { name: 'lent', create: false } });
    await web.ready();

    assert.ok(await web.certificate('lent'));
    assert.deepEqual((await web.secret('lent'))?.metadata.labels, { team: 'a' });
  });
});
