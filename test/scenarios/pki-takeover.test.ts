/** Certificates that VSO left behind: its Secret and its status, and nothing of ours. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Certified, certified, MAY_REVOKE } from '../stage/certified.ts';
import { FLAGS } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';

const FINALIZER = 'vaultpkisecrets.secrets.hashicorp.com/finalizer';

describe('a certificate that VSO issued', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  /** As VSO leaves it: with its finalizer, without our marks, additions and records. The operator is stopped. */
  async function leftBehind(web: Certified): Promise<string> {
    await web.applied({ revoke: true });
    await play.operator.stop();
    const { namespace } = web.home;
    for (const { metadata } of await web.ledger())
      await play.kube.remove('secrets', play.operatorNamespace, metadata.name);
    const annotations = { 'vault-lease-operator/lease': null };
    await play.kube.patch('secrets', namespace, 'web', { metadata: { annotations } });
    await play.kube.patch('vaultpkisecrets', namespace, 'web', {
      metadata: { finalizers: [FINALIZER] },
    });
    await play.kube.patch(
      'vaultpkisecrets',
      namespace,
      'web',
      { status: { conditions: null } },
      'status',
    );
    return (await web.serial()) ?? assert.fail('there is no certificate');
  }

  const resume = () => play.operator.start({ args: FLAGS });

  it('is kept, without a write of its data and without a restart', async () => {
    const web = await certified(play);
    const serial = await leftBehind(web);
    const data = (await web.secret())?.['data'];

    await resume();
    await web.ready();

    assert.equal(await web.serial(), serial);
    assert.deepEqual((await web.secret())?.['data'], data);
    assert.equal(await web.issues(), 1);
    assert.equal(await web.restarts(), 0);
    assert.equal((await web.status()).serialNumber, serial);
    assert.equal((await web.ledger()).length, 1);
  });

  it('loses its finalizer when it is deleted, and is revoked', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    const serial = await leftBehind(web);
    await resume();
    await web.ready();

    await web.remove();

    await play.until('the object is gone', async () => !(await web.object()));
    await web.revoked(serial);
  });

  it('is replaced in time, with a restart, and revoked', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.edited({ ttl: '40s' });
    const serial = await leftBehind(web);
    await resume();
    const end = new X509Certificate((await web.texts())['certificate'] ?? '').validToDate.getTime();

    await web.replaced(serial);

    assert.ok(play.now() < end);
    await web.restarted(1);
    await web.revoked(serial);
  });

  it('is replaced when the object asked for something else meanwhile', async () => {
    const web = await certified(play);
    const serial = await leftBehind(web);
    await web.edited({ altNames: ['www.example.com'] });

    await resume();
    await web.replaced(serial);

    await web.restarted(1);
    assert.equal(await web.issues(), 2);
  });

  it('is replaced when its Secret was edited meanwhile', async () => {
    const web = await certified(play);
    const serial = await leftBehind(web);
    await play.kube.patch('secrets', web.home.namespace, 'web', { data: { extra: 'eA==' } });

    await resume();
    await web.replaced(serial);

    await web.restarted(1);
    assert.equal(await web.issues(), 2);
  });
});
