/** When a certificate is replaced, and when it is kept. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { certified } from '../stage/certified.ts';
import { FLAGS } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';

const TLS = { name: 'web', create: true, type: 'kubernetes.io/tls' };

describe('a certificate', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  it('is replaced before it ends, again and again, with one restart each', async () => {
    const web = await certified(play);
    await web.applied({ ttl: '24s' });

    for (const times of [1, 2, 3]) {
      const before = await web.certificate();
      await web.replaced(await web.serial());
      assert.ok(play.now() < before.validToDate.getTime(), 'the old one is still valid');
      await web.restarted(times);
    }
    await web.ready();
    assert.equal(await web.issues(), 4);
  });

  it('is replaced its offset before the end, and not much earlier', async () => {
    const web = await certified(play);
    const leaf = await web.applied({ ttl: '40s', expiryOffset: '30s' });

    await web.replaced(await web.serial());

    const leftMs = leaf.validToDate.getTime() - play.now();
    assert.ok(leftMs <= 31_000 && leftMs > 25_000, `${leftMs} ms were left`);
  });

  it('with an offset as long as its life is replaced after two thirds of it, and says so', async () => {
    const web = await certified(play);
    await web.applied({ ttl: '30s', expiryOffset: '1m' });

    await play.pass(12_000);

    assert.equal(await web.issues(), 1);
    assert.match((await web.events('ExpiryOffsetIgnored'))[0] ?? '', /spec\.expiryOffset/);
  });

  it('outlives a killed operator: no certificate, no write, no restart', async () => {
    const web = await certified(play);
    await web.applied();
    const before = [await web.secret(), await web.object()].map(version);

    await play.operator.kill();
    await play.operator.start({ args: FLAGS });
    await play.pass(5_000);

    assert.equal(await web.issues(), 1);
    assert.deepEqual([await web.secret(), await web.object()].map(version), before);
    assert.equal(await web.restarts(), 0);
  });

  it('outlives a change of the leader', async () => {
    const web = await certified(play);
    await web.applied();
    const before = [await web.secret(), await web.object()].map(version);
    const elected = { args: [...FLAGS, '--leader-elect=true'] };

    const leaders = new Set<string>();
    const leader = async (): Promise<string> =>
      (await play.kube.get('leases', play.operatorNamespace, 'b0d477c0.hashicorp.com'))?.['spec']
        .holderIdentity;

    await play.operator.stop();
    for (const end of ['kill', 'stop'] as const) {
      await play.operator.start(elected);
      // As long as the Lease of a leader that was killed.
      await play.pass(20_000);
      leaders.add(await leader());
      await play.operator[end]();
    }
    await play.operator.start({ args: FLAGS });
    await play.pass(2_000);

    assert.equal(leaders.size, 2);
    assert.equal(await web.issues(), 1);
    assert.deepEqual([await web.secret(), await web.object()].map(version), before);
    assert.equal(await web.restarts(), 0);
  });

  it('that became due while no operator ran is replaced at once', async () => {
    const web = await certified(play);
    await web.applied({ ttl: '24s' });
    const first = await web.serial();
    await play.operator.stop();
    await play.pass(21_000);

    await play.operator.start({ args: FLAGS });
    await web.replaced(first, 10_000);

    await web.restarted(1);
  });

  it('is kept when its status is lost, and the status comes back', async () => {
    const web = await certified(play);
    await web.applied();
    const { serialNumber, expiration } = await web.status();

    await play.operator.stop();
    const { namespace } = web.home;
    await play.kube.patch('vaultpkisecrets', namespace, web.name, { status: null }, 'status');
    await play.operator.start({ args: FLAGS });
    await web.ready();

    const status = await web.status();
    assert.deepEqual([status.serialNumber, status.expiration], [serialNumber, expiration]);
    assert.equal(await web.issues(), 1);
  });

  it('is kept when its record is lost', async () => {
    const web = await certified(play);
    const leaf = await web.applied();
    await play.operator.stop();
    for (const { metadata } of await web.ledger())
      await play.kube.remove('secrets', play.operatorNamespace, metadata.name);

    await play.operator.start({ args: FLAGS });
    await play.until('it is on record again', async () => (await web.ledger()).length === 1);
    await web.ready();

    assert.equal((await web.certificate()).serialNumber, leaf.serialNumber);
    assert.equal(await web.issues(), 1);
    assert.equal(await web.restarts(), 0);
  });

  it('is kept by edits that do not concern it', async () => {
    const web = await certified(play);
    const leaf = await web.applied();

    await web.edited({ expiryOffset: '1h', revoke: true, clear: true, rolloutRestartTargets: [] });
    await web.ready();
    await web.edited({
      destination: { ...TLS, labels: { team: 'a' }, annotations: { note: 'b' } },
    });
    await web.ready();
    await play.until(
      'the label is there',
      async () => (await web.secret())?.metadata.labels?.['team'] === 'a',
    );

    assert.equal((await web.certificate()).serialNumber, leaf.serialNumber);
    assert.equal(await web.issues(), 1);
    assert.equal(await web.restarts(), 0);
    assert.equal((await web.status()).lastGeneration, (await web.object())?.metadata.generation);
  });

  it('is replaced once by an edit that concerns it', async () => {
    const web = await certified(play, {
      pkiRole: { allowed_uri_sans: '*', allowed_user_ids: '*' },
    });
    await web.applied();
    const edits = [
      { commonName: 'other.example.com' },
      { altNames: ['more.example.com'] },
      { ipSans: ['127.0.0.1'] },
      { uriSans: ['spiffe://example.com/web'] },
      { userIDs: ['u1'] },
      { excludeCNFromSans: true },
      { ttl: '25h' },
      { issuerRef: 'spare' },
      { format: 'pem_bundle' },
      { privateKeyFormat: 'pkcs8' },
      { destination: { name: 'web', create: true } },
    ];

    for (const [index, edit] of edits.entries()) {
      const before = await web.serial();
      await web.edited(edit);
      await web.replaced(before);
      await web.ready();
      await web.restarted(index + 1);
    }
    await play.pass(5_000);

    assert.equal(await web.issues(), edits.length + 1);
  });

  it('whose Secret was edited is replaced, with one restart, and at most once a minute', async () => {
    const web = await certified(play);
    await web.applied();
    const first = await web.serial();

    await play.kube.patch('secrets', web.home.namespace, 'web', { data: { extra: 'eA==' } });
    const second = await web.replaced(first);
    await web.restarted(1);
    await play.kube.patch('secrets', web.home.namespace, 'web', { data: { extra: 'eA==' } });
    await play.pass(20_000);

    assert.equal(await web.serial(), second, 'not again so soon');
    assert.equal(await web.issues(), 2);
    assert.equal(await web.restarts(), 1);
    await web.replaced(second, 60_000);
    await web.restarted(2);
  });

  it('whose Secret was deleted is replaced, with one restart', async () => {
    const web = await certified(play);
    await web.applied();
    const first = await web.serial();

    await play.kube.remove('secrets', web.home.namespace, 'web');
    await web.replaced(first);

    await web.restarted(1);
    await web.ready();
    assert.equal(await web.issues(), 2);
  });

  it('is replaced once when people ask for it, and not while it is paused', async () => {
    const web = await certified(play);
    await web.applied();
    const first = await web.serial();
    const annotated = (annotations: object) =>
      play.kube.patch('vaultpkisecrets', web.home.namespace, 'web', { metadata: { annotations } });

    await annotated({ 'vault-lease-operator/paused': 'true' });
    await play.until('it is paused', async () => (await web.condition('Paused')) !== undefined);
    await annotated({ 'vault-lease-operator/rotate': 'one' });
    await play.pass(3_000);
    assert.equal(await web.serial(), first);
    assert.equal((await web.condition('Ready'))?.status, 'True');
    await annotated({ 'vault-lease-operator/paused': null });
    await web.replaced(first);
    await web.restarted(1);
    await play.pass(3_000);

    assert.equal(await web.issues(), 2);
    assert.equal((await web.status()).handledRotateRequest, 'one');
  });

  it('moves to another Secret with a new one, and the old Secret goes', async () => {
    const web = await certified(play);
    await web.applied();

    await web.edited({ destination: { ...TLS, name: 'other' } });
    await web.ready();

    assert.ok(await web.certificate('other'));
    await play.until('the old Secret is gone', async () => !(await web.secret('web')));
    assert.equal(await web.issues(), 2);
  });

  it('that came while Vault was away for a while is not doubled', async () => {
    const web = await certified(play);
    const leaf = await web.applied({ ttl: '30s' });
    const first = await web.serial();
    await play.stopVault();
    await play.pass(23_000);
    assert.equal((await web.condition('Ready'))?.status, 'True', 'it is still valid');

    await play.startVault();
    await web.replaced(first);

    assert.ok(play.now() < leaf.validToDate.getTime());
    assert.equal(await web.issues(), 2);
    await web.restarted(1);
  });
});

function version(object: { metadata: { resourceVersion?: string } } | undefined) {
  return object?.metadata.resourceVersion;
}
