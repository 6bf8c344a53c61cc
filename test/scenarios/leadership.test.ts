/** Who acts: the Lease by which replicas, and VSO beside us, agree on one. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const LEASE = 'b0d477c0.hashicorp.com';
const ELECTED = { args: ['--leader-elect=true'] };

describe('the Lease', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
  });
  after(closeStage);

  const holder = async (): Promise<string> =>
    (await play.kube.get('leases', play.operatorNamespace, LEASE))?.['spec'].holderIdentity ?? '';

  it("has VSO's name, is taken before anything is written, and is given up at a stop", async () => {
    const home = await tenant(play);
    await play.vault.writeKv2('kv', `${home.prefix}/app`, { user: 'ada' });
    await home.staticSecret('app');
    await play.operator.start(ELECTED);
    await new Sights(play, home).synced('app');
    const first = await holder();
    assert.notEqual(first, '');

    await play.operator.stop();
    assert.equal(await holder(), '');

    await play.operator.start(ELECTED);
    await play.until('a successor holds it', async () => (await holder()) !== '', 10_000);
    assert.notEqual(await holder(), first);
  });
});
