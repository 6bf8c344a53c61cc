/** What a VaultConnection says of the Vault behind it, and how those who wait for it go on. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import type { StandIn } from '../stage/stand-in.ts';
import { object, type Tenant, tenant } from '../stage/tenant.ts';

/** A probe comes at the latest after so long. */
const PROBED_MS = 80_000;

describe('a VaultConnection', () => {
  let play: Stage;
  let silent: StandIn;

  before(async () => {
    play = await stage();
    silent = await play.standIn(() => 'held');
    await play.operator.start();
  });
  after(closeStage);

  async function home(): Promise<[Tenant, Sights]> {
    const tenancy = await tenant(play);
    return [tenancy, new Sights(play, tenancy)];
  }

  const authority = (namespace: string, ca: string) =>
    play.kube.apply({
      ...object('v1', 'Secret', namespace, 'vault-ca'),
      stringData: { 'ca.crt': ca },
    });

  it('that works says so, in the words of VSO too', async () => {
    const [, sights] = await home();

    await ready(sights, 'True');

    for (const type of ['Healthy', 'VaultPing', 'ResourceValidation'])
      assert.equal(await sights.says('vaultconnections', 'vault', type), 'True');
    assert.equal((await sights.get('vaultconnections', 'vault'))?.['status'].valid, true);
  });

  /** What may be wrong, each by a word and a remedy of its own. */
  const troubles: readonly [string, string, (ca: string) => object, RegExp][] = [
    ['nobody listens', 'VaultUnreachable', () => ({ address: 'https://127.0.0.1:1' }), /refused/],
    [
      'the host name does not resolve',
      'VaultNameNotResolved',
      () => ({ address: 'https://vault.invalid:8200' }),
      /does not resolve/,
    ],
    [
      'the server does not answer in time',
      'VaultTimeout',
      () => ({ address: silent.url, timeout: '1s' }),
      /no answer in time/,
    ],
    [
      'the certificate is for another name',
      'VaultTLSFailed',
      () => ({ tlsServerName: 'vault.example' }),
      /another name.*tlsServerName/,
    ],
    [
      'no CA is trusted',
      'VaultTLSFailed',
      () => ({ caCertSecretRef: '' }),
      /not signed by the given CA/,
    ],
    [
      'the CA Secret does not exist',
      'CASecretInvalid',
      () => ({ caCertSecretRef: 'none' }),
      /Secret none of spec\.caCertSecretRef does not exist/,
    ],
    [
      'the CA file does not exist',
      'CASecretInvalid',
      () => ({ caCertSecretRef: '', caCertPath: '/none/ca.crt' }),
      /spec\.caCertPath cannot be read/,
    ],
    ['the address is none', 'InvalidSpec', () => ({ address: 'vault:8200' }), /spec\.address/],
    [
      'the CA is named twice',
      'InvalidSpec',
      () => ({ caCertPath: '/etc/ca.crt' }),
      /caCertSecretRef and spec\.caCertPath/,
    ],
    [
      'the CA file climbs',
      'InvalidSpec',
      () => ({ caCertSecretRef: '', caCertPath: '/etc/../ca.crt' }),
      /spec\.caCertPath.*"\.\."/,
    ],
  ];
  for (const [title, reason, fields, message] of troubles) {
    it(`says ${reason} when ${title}`, async () => {
      const [{ namespace, apply }, sights] = await home();
      if (reason === 'VaultTimeout') await authority(namespace, silent.ca);
      const spec = {
        address: play.vault.url,
        caCertSecretRef: 'vault-ca',
        ...fields(play.vaultCa),
      };

      await apply('VaultConnection', 'vault', spec);
      await ready(sights, `False ${reason}`, 60_000);

      assert.match(await sights.message('vaultconnections', 'vault'), message);
      assert.equal((await sights.get('vaultconnections', 'vault'))?.['status'].valid, false);
      assert.equal(
        await sights.says('vaultconnections', 'vault', 'VaultPing'),
        'False InvalidConfiguration',
      );
    });
  }

  it('trusts a file of the operator, and follows it when it changes', async () => {
    const [{ apply }, sights] = await home();
    const caCertPath = join(mkdtempSync(join(tmpdir(), 'vlo-ca-')), 'ca.crt');
    writeFileSync(caCertPath, selfSigned().cert);
    await apply('VaultConnection', 'vault', {
      address: play.vault.url,
      caCertSecretRef: '',
      caCertPath,
    });
    await ready(sights, 'False VaultTLSFailed');

    writeFileSync(caCertPath, play.vaultCa);

    await ready(sights, 'True');
  });

  it('says that Vault is sealed, and wakes those who wait once it is not', async () => {
    const [{ prefix, staticSecret }, sights] = await home();
    await ready(sights, 'True');
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });

    await play.sealVault();
    await staticSecret('app', { refreshAfter: '5h' });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False VaultSealed');
    await ready(sights, 'False VaultSealed', PROBED_MS);
    await play.unsealVault();

    await ready(sights, 'True', PROBED_MS);
    await sights.synced('app', 5_000);
  });

  it('whose CA was wrong is used as soon as the Secret is corrected', async () => {
    const [{ namespace, apply, prefix, staticSecret }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });
    await authority(namespace, selfSigned().cert);
    await apply('VaultConnection', 'vault', {
      address: play.vault.url,
      caCertSecretRef: 'vault-ca',
      timeout: '10s',
    });
    await staticSecret('app', { refreshAfter: '5h' });
    await ready(sights, 'False VaultTLSFailed');

    await authority(namespace, play.vaultCa);

    await ready(sights, 'True');
    await sights.synced('app', 20_000);
  });

  it('notices that its CA was replaced, without a restart', async () => {
    const [{ namespace, prefix, staticSecret }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });
    await staticSecret('app', { refreshAfter: '2s' });
    await sights.synced('app');

    await authority(namespace, selfSigned().cert);
    await ready(sights, 'False VaultTLSFailed', PROBED_MS);
    await sights.until('vaultstaticsecrets', 'app', 'Healthy', 'False Unhealthy');
    assert.equal(
      await sights.says('vaultstaticsecrets', 'app', 'Ready'),
      'True',
      'its Secret is as good as it was',
    );
    await authority(namespace, play.vaultCa);

    await ready(sights, 'True', PROBED_MS);
    await sights.until('vaultstaticsecrets', 'app', 'Healthy', 'True');
  });

  it('of another address leaves no login at the old one', async () => {
    const [{ prefix, role, staticSecret, apply }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });
    await staticSecret('app', { refreshAfter: '5h' });
    await sights.synced('app');
    const tokens = async () => (await play.vault.accessorsOf(role)).length;
    assert.equal(await tokens(), 1);

    await apply('VaultConnection', 'vault', {
      address: 'https://127.0.0.1:1',
      caCertSecretRef: 'vault-ca',
    });
    await ready(sights, 'False VaultUnreachable');

    await play.until('the login is given back', async () => (await tokens()) === 0);
  });

  it('that does not exist is waited for', async () => {
    const [{ namespace, prefix, apply, staticSecret }, sights] = await home();
    await play.vault.writeKv2('kv', `${prefix}/app`, { user: 'ada' });
    await ready(sights, 'True');
    const spec = (await sights.get('vaultconnections', 'vault'))?.['spec'];
    await play.kube.remove('vaultconnections', namespace, 'vault');

    await staticSecret('app', { refreshAfter: '5h' });
    await sights.until('vaultstaticsecrets', 'app', 'Ready', 'False VaultConnectionNotFound');
    assert.match(
      await sights.message('vaultstaticsecrets', 'app'),
      new RegExp(`VaultConnection ${namespace}/vault .* does not exist`),
    );
    await sights.until('vaultauths', 'app', 'Ready', 'False VaultConnectionNotFound');
    await apply('VaultConnection', 'vault', spec);

    await sights.synced('app', 10_000);
    await sights.until('vaultauths', 'app', 'Ready', 'True');
  });
});

function ready(sights: Sights, wanted: string, withinMs?: number): Promise<void> {
  return sights.until('vaultconnections', 'vault', 'Ready', wanted, withinMs);
}
