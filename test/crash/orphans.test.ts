/** A certificate whose namespace is gone with all who could log in for it: on the fakes, as it takes hours. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { certified, MAY_REVOKE } from '../stage/certified.ts';
import { FLAGS } from '../stage/credential.ts';
import { buildFakeStage, type FakeStage } from '../stage/fake-stage.ts';

const MINUTE = 60_000;

describe('an orphaned certificate', () => {
  let play: FakeStage;

  before(async () => {
    play = await buildFakeStage();
    await play.operator.start({ args: FLAGS });
  });
  after(() => play.close());

  it('is told to the log, tried once an hour, and dropped when it ended', async () => {
    const web = await certified(play, { policy: MAY_REVOKE });
    await web.applied({ revoke: true, ttl: '3h' });
    const [record] = await web.ledger();
    const recorded = () =>
      play.kube.get('secrets', play.operatorNamespace, record?.metadata.name ?? '');
    await play.operator.stop();
    await web.home.remove();
    await play.until(
      'the namespace is gone',
      async () => !(await play.kube.get('namespaces', '', web.home.namespace)),
    );
    await play.operator.start({ args: FLAGS });
    const tries = () => play.operator.logs().match(/the reconcile failed/g)?.length ?? 0;

    await play.pass(30 * MINUTE);
    const orphaned = () => play.operator.logs().match(/a certificate is orphaned/g)?.length ?? 0;
    assert.equal(orphaned(), 1);
    const after30 = tries();
    assert.ok(after30 >= 9, 'it was tried eagerly at first');
    await play.pass(29 * MINUTE);
    assert.equal(tries(), after30, 'nobody is asked every minute');
    assert.ok(await recorded());

    await play.pass(4 * 60 * MINUTE);
    assert.equal(await recorded(), undefined);
    assert.match(await play.operator.metrics(), /give_backs_total\{result="orphaned"\} 1/);
  });
});
