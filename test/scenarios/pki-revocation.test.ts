/** What becomes of a certificate that was replaced, or whose object is gone. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { certified, MAY_REVOKE } from '../stage/certified.ts';
import { FLAGS, WORKLOAD } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';

const TLS = { name: 'web', create: true, type: 'kubernetes.io/tls' };
const LENT = { name: 'lent', create: false };

describe('a certificate that is not needed any more', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  const serialOf = async (web: { serial(): Promise<string | undefined> }): Promise<string> =>
    (await web.serial()) ?? assert.fail('there is no certificate');

  async function lend(namespace: string, type = 'Opaque', data: object = {}): Promise<void> {
    const metadata = { name: 'lent', namespace };
    await play.kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata, type, data });
  }

  it('is revoked after the new one is in place and the workload was restarted', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied({ revoke: true });
    const first = await serialOf(web);

    await web.edited({ altNames: ['www.example.com'] });
    const second = await web.replaced(first);
    await web.revoked(first);

    assert.equal(await web.restarts(), 1, 'it was restarted before');
    assert.equal(await web.isRevoked(second), false);
    await play.until(
      'it is told',
      async () => (await web.events('CertificateRevoked')).length === 1,
    );
    await play.until('one record is left', async () => (await web.ledger()).length === 1);
    assert.equal(await web.condition('GiveBack'), undefined);
  });

  it('is left alone where revoking is not wished for', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied();
    const first = await serialOf(web);

    await web.edited({ altNames: ['www.example.com'] });
    await web.replaced(first);
    await play.until('one record is left', async () => (await web.ledger()).length === 1);

    assert.equal(await web.isRevoked(first), false);
  });

  it('is revoked also when that was wished for after it was issued', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied();
    const first = await serialOf(web);
    await web.edited({ revoke: true });
    await web.ready();

    await web.remove();

    await web.revoked(first);
  });

  it('is not issued again when Vault refuses to revoke: one issue, one restart, and a condition', async () => {
    const web = await certified(play);
    await web.applied({ revoke: true });
    const first = await serialOf(web);

    await web.edited({ altNames: ['www.example.com'] });
    const second = await web.replaced(first);
    await web.says('GiveBack', 'CertificateRevocationError');
    await play.pass(20_000);

    assert.match((await web.condition('GiveBack'))?.message ?? '', /"update" on pki\/revoke/);
    assert.match((await web.condition('GiveBack'))?.message ?? '', new RegExp(first));
    assert.equal((await web.condition('Ready'))?.status, 'True');
    assert.equal(await web.serial(), second);
    assert.equal(await web.issues(), 2);
    assert.equal(await web.restarts(), 1);
    const told = () => web.events('CertificateRevocationError');
    await play.until('an event tells it', async () => (await told()).length > 0);
    assert.equal((await told()).length, 1);
  });

  it('is revoked as soon as a policy allows it, and the condition goes', async () => {
    const web = await certified(play);
    await web.applied({ revoke: true });
    const first = await serialOf(web);
    await web.edited({ altNames: ['www.example.com'] });
    await web.says('GiveBack', 'CertificateRevocationError');

    const { role } = web.home;
    const { data } = await play.vault.call('GET', `sys/policies/acl/${role}`);
    const policy = `${data.policy}\n${MAY_REVOKE}`;
    await play.vault.call('POST', `sys/policies/acl/${role}`, { policy });

    await play.until('it is revoked', () => web.isRevoked(first), 120_000);
    await play.until(
      'the condition is gone',
      async () => (await web.condition('GiveBack')) === undefined,
    );
    assert.equal(await web.issues(), 2);
  });

  it('keeps its refusal told over a restart of the operator', async () => {
    const web = await certified(play);
    await web.applied({ revoke: true });
    await web.edited({ altNames: ['www.example.com'] });
    await web.says('GiveBack', 'CertificateRevocationError');

    await play.operator.kill();
    await play.operator.start({ args: FLAGS });
    await play.pass(5_000, async () => {
      assert.equal((await web.condition('GiveBack'))?.status, 'False');
    });

    assert.equal(await web.issues(), 2);
    assert.equal(await web.restarts(), 1);
  });

  it('is revoked after its object is deleted, and the Secret goes with the object', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied({ revoke: true });
    const serial = await serialOf(web);

    await web.remove();

    await web.revoked(serial);
    await play.until('the Secret is gone', async () => !(await web.secret()));
  });

  it('is revoked also when nobody was there to see the object go', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied({ revoke: true });
    const serial = await serialOf(web);
    await play.operator.kill();
    await web.remove();

    await play.operator.start({ args: FLAGS });

    await web.revoked(serial);
  });

  it('is emptied out of a Secret that was lent, where that is wished for', async () => {
    const web = await certified(play);
    await lend(web.home.namespace);
    await web.edited({ clear: true, destination: LENT });
    await web.ready();

    await web.remove();

    await play.until(
      'the Secret is empty',
      async () => Object.keys(await web.texts('lent')).length === 0,
    );
    assert.ok(await web.secret('lent'));
  });

  it('is emptied out of a TLS Secret, whose keys Kubernetes wants', async () => {
    const web = await certified(play);
    const data = { 'tls.crt': '', 'tls.key': '' };
    await lend(web.home.namespace, 'kubernetes.io/tls', data);
    await web.edited({ clear: true, destination: LENT });
    await web.ready();
    assert.match((await web.texts('lent'))['tls.crt'] ?? '', /CERTIFICATE/);

    await web.remove();

    await play.until('no key is left in the Secret', async () => {
      const texts = await web.texts('lent');
      return Object.keys(texts).length === 2 && Object.values(texts).every((text) => text === '');
    });
  });

  it('stays in a lent Secret where nobody asked to clear it', async () => {
    const web = await certified(play);
    await lend(web.home.namespace);
    await web.edited({ destination: LENT });
    await web.ready();
    const records = await web.ledger();

    await web.remove();
    await play.until('its record is gone', async () => {
      const [record] = records;
      return !(await play.kube.get('secrets', play.operatorNamespace, record?.metadata.name ?? ''));
    });

    assert.ok(await web.certificate('lent'));
  });

  it('is not cleared out of a Secret that somebody filled anew', async () => {
    const web = await certified(play);
    await lend(web.home.namespace);
    await web.edited({ clear: true, destination: LENT });
    await web.ready();
    const [record] = await web.ledger();
    await play.operator.stop();
    await play.kube.patch('secrets', web.home.namespace, 'lent', { data: { mine: 'eA==' } });
    await web.remove();

    await play.operator.start({ args: FLAGS });
    await play.until(
      'its record is gone',
      async () =>
        !(await play.kube.get('secrets', play.operatorNamespace, record?.metadata.name ?? '')),
    );

    assert.equal((await web.texts('lent'))['mine'], 'x');
    assert.ok(await web.certificate('lent'));
  });

  it('goes with its namespace, and nothing waits for Vault', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied({ revoke: true });
    await play.stopVault();

    await web.home.remove();
    await play.until(
      'the namespace is gone',
      async () => !(await play.kube.get('namespaces', '', web.home.namespace)),
    );

    await play.startVault();
  });

  it('is replaced when its object comes back, and its workload is restarted', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied({ revoke: true });
    const first = await serialOf(web);

    await web.remove();
    await web.edited();
    await web.replaced(first);

    await web.restarted(1);
    await web.revoked(first);
    assert.equal(await web.isRevoked(await serialOf(web)), false);
  });

  it('of a role with leases is given back with its token', async () => {
    const web = await certified(play, { pkiRole: { generate_lease: true } });
    await web.applied();
    const first = await serialOf(web);
    const leases = () => play.vault.leases(`pki/issue/${web.role}`);
    assert.equal((await leases()).length, 1);

    await web.edited({ altNames: ['www.example.com'] });
    const second = await web.replaced(first);
    await play.until('one lease is left', async () => (await leases()).length === 1);

    await web.revoked(first);
    assert.equal(await web.isRevoked(second), false);
    assert.equal(await web.restarts(), 1);
    await web.remove();
    await play.until('no lease is left', async () => (await leases()).length === 0);
    await web.revoked(second);
  });

  it('of a role with leases is replaced when its record is lost, as its token is lost too', async () => {
    const web = await certified(play, { pkiRole: { generate_lease: true } });
    await web.applied();
    const first = await serialOf(web);
    await play.operator.stop();
    for (const { metadata } of await web.ledger())
      await play.kube.remove('secrets', play.operatorNamespace, metadata.name);

    await play.operator.start({ args: FLAGS });
    await web.replaced(first);

    await web.restarted(1);
    assert.equal(await web.isRevoked(first), false, 'it lives until its token ends');
    assert.equal(await web.issues(), 2);
  });

  it('of a role with leases lives on with a token that is kept alive', async () => {
    const pkiRole = { generate_lease: true };
    const web = await certified(play, { pkiRole, tokenTtl: 8 });
    await web.applied();

    await play.pass(20_000);

    assert.equal(await web.isRevoked(await serialOf(web)), false);
    assert.equal(await web.issues(), 1);
    assert.equal(await web.restarts(), 0);
    assert.equal((await web.secret())?.['type'], TLS.type);
    assert.ok(WORKLOAD);
  });
});
