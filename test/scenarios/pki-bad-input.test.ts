/** What a VaultPKISecret is asked that cannot be: one reason each, a message that names field and remedy, no effect. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import { Certified, certified } from '../stage/certified.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

interface Row {
  readonly sentence: string;
  readonly spec: object;
  readonly reason: string;
  /** What the message must name. */
  readonly says: RegExp;
}

const ROWS: readonly Row[] = [
  {
    sentence: 'a name that the role forbids',
    spec: { commonName: 'web.example.org' },
    reason: 'VaultRequestRefused',
    says: /the role does not allow a name/,
  },
  {
    sentence: 'a further name that the role forbids',
    spec: { altNames: ['web.example.org'] },
    reason: 'VaultRequestRefused',
    says: /the role does not allow a name/,
  },
  {
    sentence: 'no name at all',
    spec: { commonName: '' },
    reason: 'VaultRequestRefused',
    says: /the role needs a common name/,
  },
  {
    sentence: 'an address that is none',
    spec: { ipSans: ['nonsense'] },
    reason: 'VaultRequestRefused',
    says: /not a valid IP address/,
  },
  {
    sentence: 'a user id that the role forbids',
    spec: { userIDs: ['u1'] },
    reason: 'VaultRequestRefused',
    says: /the role does not allow a name/,
  },
  {
    sentence: 'a role that does not exist',
    spec: { role: 'none' },
    reason: 'VaultRequestRefused',
    says: /there is no such role/,
  },
  {
    sentence: 'a role that is a path',
    spec: { role: 'a/b' },
    reason: 'InvalidSpec',
    says: /spec\.role/,
  },
  {
    sentence: 'an issuer that does not exist',
    spec: { issuerRef: 'none' },
    reason: 'VaultRequestRefused',
    says: /there is no such issuer/,
  },
  {
    sentence: 'an issuer that is a path',
    spec: { issuerRef: '../x' },
    reason: 'InvalidSpec',
    says: /spec\.issuerRef/,
  },
  {
    sentence: "one of Vault's own paths",
    spec: { mount: 'sys' },
    reason: 'SourcePathRefused',
    says: /spec\.mount/,
  },
  {
    sentence: 'a format that nobody knows',
    spec: { format: 'p12' },
    reason: 'InvalidSpec',
    says: /spec\.format must be one of pem, der, pem_bundle/,
  },
  {
    sentence: 'a key format that nobody knows',
    spec: { privateKeyFormat: 'pem' },
    reason: 'InvalidSpec',
    says: /spec\.privateKeyFormat must be one of der, pkcs8/,
  },
  {
    sentence: 'both a lifetime and an end',
    spec: { notAfter: '2030-01-01T00:00:00Z' },
    reason: 'VaultRequestRefused',
    says: /both a TTL and a fixed end/,
  },
  {
    sentence: 'an end after that of the issuer',
    spec: { ttl: undefined, notAfter: '2150-01-01T00:00:00Z' },
    reason: 'VaultRequestRefused',
    says: /would outlive its issuer/,
  },
];

describe('a VaultPKISecret asks for', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start();
  });
  after(closeStage);

  for (const { sentence, spec, reason, says } of ROWS)
    it(`${sentence}: ${reason}`, async () => {
      const web = await certified(play);

      await web.edited(spec);
      await web.says('Ready', reason);

      const ready = await web.condition('Ready');
      assert.equal(ready?.status, 'False');
      assert.match(ready?.message ?? '', says);
      const { valid, error } = await web.status();
      assert.equal(valid, false);
      assert.equal(error, ready?.message);
      await play.until('it is told', async () => (await web.events(reason)).length === 1);
      assert.equal(await web.secret(), undefined);
      await play.until('no record is left', async () => (await web.ledger()).length === 0);
    });

  it('what its policy forbids: PermissionDenied, and a good certificate stays', async () => {
    const web = await certified(play);
    await web.applied();
    const serial = await web.serial();
    await play.vault.call('POST', `sys/policies/acl/${web.home.role}`, {
      policy: `path "pki/issue/${web.role}" { capabilities = ["deny"] }`,
    });

    await web.edited({ altNames: ['www.example.com'] });
    await web.says('SecretSynced', 'PermissionDenied');

    const synced = await web.condition('SecretSynced');
    assert.match(synced?.message ?? '', new RegExp(`"update" on pki/issue/${web.role}`));
    assert.equal((await web.condition('Ready'))?.status, 'True', 'what is in place is valid');
    assert.equal(await web.serial(), serial);
    assert.equal(await web.restarts(), 0);
  });

  const WRONG = 'kubernetes.io/dockerconfigjson';

  it('a Secret of a type that it cannot fill: one certificate, however often it is tried', async () => {
    const web = await certified(play);

    await web.edited({ destination: { name: 'web', create: true, type: WRONG } });
    await web.says('Ready', 'KubernetesRefused');
    await play.pass(20_000);

    assert.equal(await web.issues(), 1);
    await web.edited({ destination: { name: 'web', create: true } });
    await web.ready();
  });

  it('a lent Secret of another type: its content stays', async () => {
    const web = await certified(play);
    const { namespace } = web.home;
    const data = { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') };
    const metadata = { name: 'lent', namespace };
    await play.kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata, type: WRONG, data });

    await web.edited({ destination: { name: 'lent', create: false } });
    await web.says('Ready', 'KubernetesRefused');

    assert.deepEqual((await web.secret('lent'))?.['data'], data);
    assert.equal(await web.issues(), 1);
  });

  it('a Vault whose certificate is not signed by the CA: VaultTLSFailed', async () => {
    const home = await tenant({ ...play, vaultCa: selfSigned('another').cert });
    const web = new Certified(play, home);

    await web.edited();
    await web.says('Ready', 'VaultTLSFailed');

    assert.match((await web.condition('Ready'))?.message ?? '', /not signed by the given CA/);
  });

  it('a Vault whose CA has expired: VaultTLSFailed', async () => {
    const past = { notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2020, 1, 1) };
    const expired = await play.standIn(
      (_request, response) => {
        response.end('{}');
      },
      selfSigned('localhost', past),
    );
    const ground = { ...play, vaultAddress: expired.url, vaultCa: expired.ca };
    const web = new Certified(play, await tenant(ground));

    await web.edited();
    await web.says('Ready', 'VaultTLSFailed');

    assert.match((await web.condition('Ready'))?.message ?? '', /has expired/);
  });

  for (const [what, data] of Object.entries({
    'no certificate': { certificate: 'nonsense', private_key: 'k' },
    'half a certificate': {
      certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      private_key: 'k',
    },
    'no key': { certificate: selfSigned().cert },
    'something else': { username: 'u', password: 'p' },
  }))
    it(`a certificate and is answered ${what}: VaultAnswerInvalid, and nothing is written`, async () => {
      const standIn = await play.standIn((request, response) => {
        const isIssue = request.url?.startsWith('/v1/pki/issue/');
        response.end(JSON.stringify(isIssue ? { ...ANSWER, data } : LOGIN_AND_HEALTH));
      });
      const ground = { ...play, vaultAddress: standIn.url, vaultCa: standIn.ca };
      const web = new Certified(play, await tenant(ground));

      await web.edited();
      await web.says('Ready', 'VaultAnswerInvalid');

      assert.equal(await web.secret(), undefined);
      assert.match((await web.condition('Ready'))?.message ?? '', /spec\.mount is a PKI engine/);
    });
});

const ANSWER = { request_id: 'r', lease_id: '', lease_duration: 0, renewable: false };
const LOGIN_AND_HEALTH = {
  initialized: true,
  sealed: false,
  standby: false,
  auth: {
    client_token: 't',
    accessor: 'a',
    lease_duration: 3600,
    token_type: 'service',
    policies: ['default'],
    renewable: false,
  },
};
