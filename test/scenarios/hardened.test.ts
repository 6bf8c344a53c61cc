/**
 * The hardened rules against a hostile namespace, each with its control: with the rule off the attack works and is a
 * warning; with it on nothing leaves for where it should not.
 */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import type { StandIn } from '../stage/stand-in.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

describe('a hostile namespace', () => {
  let play: Stage;
  let hostile: StandIn;
  /** Bodies of what reached the hostile server, probes of its health aside. */
  const stolen: string[] = [];

  before(async () => {
    play = await stage();
    hostile = await play.standIn(async (request, response) => {
      if (request.url?.startsWith('/v1/auth/')) stolen.push(await text(request));
      response.writeHead(request.url === '/v1/sys/health' ? 200 : 403).end('{"errors":[]}');
    });
  });
  after(closeStage);

  async function home(): Promise<[Tenant, Sights]> {
    const tenancy = await tenant(play);
    return [tenancy, new Sights(play, tenancy)];
  }

  const loginFor = (tenancy: Tenant, audiences: readonly string[], more: object = {}) =>
    tenancy.apply('VaultAuth', 'app', {
      vaultConnectionRef: 'vault',
      method: 'kubernetes',
      mount: 'kubernetes',
      kubernetes: { role: tenancy.role, serviceAccount: 'app', audiences },
      ...more,
    });

  const leadTo = async (tenancy: Tenant, address: string): Promise<void> => {
    await play.kube.patch('secrets', tenancy.namespace, 'vault-ca', {
      stringData: { 'ca.crt': hostile.ca },
    });
    await tenancy.apply('VaultConnection', 'vault', { address, caCertSecretRef: 'vault-ca' });
  };

  async function started(...args: readonly string[]): Promise<void> {
    await play.operator.stop();
    await play.operator.start({ args });
  }

  const listed = (): string => `--allowed-vault-addresses=${new URL(play.vault.url).host}`;

  describe('without hardened rules', () => {
    before(() => play.operator.start());

    it('is sent a login at any address, with a token that the API server takes, and a warning tells it', async () => {
      const [tenancy, sights] = await home();
      await loginFor(tenancy, []);
      await leadTo(tenancy, hostile.url);
      await tenancy.staticSecret('data');

      await play.until('a login was sent there', async () => stolen.length > 0);
      const { jwt } = JSON.parse(stolen[0] ?? '');
      const [issuer, audiences] = claimsOf(jwt);
      assert.ok(audiences.includes(issuer), 'the API server takes what it issued for itself');
      await sights.until('vaultconnections', 'vault', 'Hardened', 'False VaultAddressRefused');
      await sights.until('vaultauths', 'app', 'Hardened', 'False AudienceTooWide');
      const told = async () =>
        (await sights.events('vault')).filter(({ reason }) => reason === 'VaultAddressRefused');
      await play.until('an event tells it', async () => (await told()).length > 0);
      assert.deepEqual(
        (await told()).map(({ type, count }) => [type, count]),
        [['Warning', 1]],
      );
    });

    it('uses a VaultAuth that is open to all, and a warning tells its owner', async () => {
      const [owner, thief] = await opened();
      await thief.synced('data');
      await new Sights(play, owner).until(
        'vaultauths',
        'app',
        'Hardened',
        'False OpenToAllNamespaces',
      );
    });

    it('is warned of nothing where nothing is to be warned of, and gets its secret as ever', async () => {
      const [tenancy, sights] = await home();
      await play.vault.writeKv2('kv', `${tenancy.prefix}/data`, { a: '1' });
      await tenancy.staticSecret('data');
      await sights.synced('data');
      assert.equal(await sights.says('vaultauths', 'app', 'Hardened'), undefined);
    });
  });

  /** A VaultAuth with ["*"], and somebody else who refers to it with a service account that the role allows. */
  async function opened(): Promise<[Tenant, Sights]> {
    const [[owner], [thief, sights]] = [await home(), await home()];
    await play.vault.call('POST', `auth/kubernetes/role/${owner.role}`, {
      bound_service_account_names: 'app',
      bound_service_account_namespaces: [owner.namespace, thief.namespace],
      token_policies: owner.role,
      audience: 'vault',
    });
    await loginFor(owner, ['vault'], { allowedNamespaces: ['*'] });
    await play.vault.writeKv2('kv', `${owner.prefix}/data`, { a: '1' });
    await thief.staticSecret('data', {
      vaultAuthRef: `${owner.namespace}/app`,
      path: `${owner.prefix}/data`,
    });
    return [owner, sights];
  }

  describe('under --hardened', () => {
    before(async () => {
      await started('--hardened', listed());
      stolen.length = 0;
    });

    const spellings: readonly [string, (url: URL) => string][] = [
      ['another port', (url) => url.href],
      ['a decimal address', (url) => `https://2130706433:${url.port}`],
      ['a hexadecimal address', (url) => `https://0x7f.1:${url.port}`],
      ['an IPv4-mapped address', (url) => `https://[::ffff:127.0.0.1]:${url.port}`],
      ['a name of this machine', (url) => `https://localhost:${url.port}`],
      ['plain http', (url) => `http://127.0.0.1:${url.port}`],
      ['the metadata service', () => 'https://169.254.169.254'],
    ];
    for (const [name, addressOf] of spellings)
      it(`reaches nothing by ${name}`, async () => {
        const [tenancy, sights] = await home();
        await leadTo(tenancy, addressOf(new URL(hostile.url)));
        await tenancy.staticSecret('data');

        const refused = 'False VaultAddressRefused';
        await sights.until('vaultconnections', 'vault', 'Ready', refused);
        await sights.until('vaultstaticsecrets', 'data', 'Ready', 'False VaultConnectionNotReady');
        const told = await sights.message('vaultconnections', 'vault');
        assert.match(told, /spec\.address .*--allowed-vault-addresses/);
        assert.deepEqual(stolen, []);
      });

    it('gets its secret from a listed address with an audience of its own', async () => {
      const [tenancy, sights] = await home();
      await play.vault.writeKv2('kv', `${tenancy.prefix}/data`, { a: '1' });
      await tenancy.staticSecret('data');
      await sights.synced('data');
    });

    for (const [name, audiences] of [
      ['no audience', []],
      ['the audience of the API server', ['vault', 'https://kubernetes.default.svc']],
    ] as const)
      it(`logs in with ${name} nowhere`, async () => {
        const [tenancy, sights] = await home();
        await loginFor(tenancy, audiences);
        await tenancy.staticSecret('data');
        await sights.until('vaultauths', 'app', 'Ready', 'False AudienceTooWide');
        await sights.until('vaultstaticsecrets', 'data', 'Ready', 'False AudienceTooWide');
        assert.deepEqual(await play.vault.accessorsOf(tenancy.role), []);
      });

    it('cannot turn the verification of certificates off', async () => {
      const [tenancy, sights] = await home();
      await tenancy.apply('VaultConnection', 'vault', {
        address: play.vault.url,
        skipTLSVerify: true,
      });
      const refused = 'False TLSVerificationSkipped';
      await sights.until('vaultconnections', 'vault', 'Ready', refused);
    });

    it('does not use a VaultAuth that is open to all, in the words for one that does not exist', async () => {
      const [owner, thief] = await opened();
      const refused = 'False VaultAuthNotAllowed';
      await thief.until('vaultstaticsecrets', 'data', 'Ready', refused);
      assert.match(
        await thief.message('vaultstaticsecrets', 'data'),
        /does not exist in namespace t-\w+ or does not allow/,
      );
      const sights = new Sights(play, owner);
      await sights.until('vaultauths', 'app', 'Hardened', 'False OpenToAllNamespaces');
      assert.equal(await sights.says('vaultauths', 'app', 'Ready'), 'True');
    });

    it('uses one that an administrator lists', async () => {
      const [owner, thief] = await opened();
      await started('--hardened', listed(), `--open-vault-auths=${owner.namespace}/app`);
      await thief.synced('data');
    });
  });
});

/** Its issuer and its audiences. */
function claimsOf(jwt: string): [string, readonly string[]] {
  const { iss, aud } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  return [iss, [aud].flat()];
}
