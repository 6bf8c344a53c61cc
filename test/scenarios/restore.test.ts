/** The cluster is restored in place from a backup: the API server holds what was, Vault what is. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Leased } from '../stage/leased.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

const PAUSE = 'vault-lease-give-back-pause';
const FLAGS = ['--lease-overlap=3s', '--lease-owner-grace=3s'];
/** Longer than a watch that broke waits before it looks again. */
const NOTICED_WITHIN_MS = 90_000;
/** So many that the restored cluster is still behind what the watches saw when it is up again. */
const WRITES = 400;
const GRACE_MS = 3_000;
/** Vault takes no empty policy. */
const NOTHING = 'path "nothing" { capabilities = ["deny"] }';

describe('a cluster that was restored from a backup', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
  });
  after(closeStage);

  const pause = () => play.kube.get('secrets', play.operatorNamespace, PAUSE);
  const isPaused = async () => {
    const line = (await play.operator.metrics())
      .split('\n')
      .find((each) => each.startsWith('vault_lease_operator_give_back_paused'));
    return line?.endsWith(' 1');
  };

  async function restored({ home }: Leased, restore: () => Promise<void>): Promise<void> {
    for (let count = 0; count < WRITES; count += 1)
      await play.kube.patch('vaultconnections', home.namespace, 'vault', {
        metadata: { annotations: { count: String(count) } },
      });
    await play.pass(0);
    await restore();
    await play.until('the restore was noticed', pause, NOTICED_WITHIN_MS);
  }

  it('gives nothing back until a person confirms, not even after a crash', async () => {
    await play.operator.start({ args: [...FLAGS, '--restore-quiet-period=1h'] });
    const leased = new Leased(play, await tenant(play));
    await leased.applied();
    await restored(leased, await play.backupCluster());

    await leased.remove();
    const isKept = async (): Promise<void> => assert.equal((await leased.leases()).length, 1);
    await play.pass(2 * GRACE_MS, isKept);
    await play.operator.kill();
    await play.operator.start({ args: [...FLAGS, '--restore-quiet-period=1h'] });
    await play.pass(2 * GRACE_MS, isKept);
    // A successor of a killed leader first waits until its lead has run out.
    await play.until('the successor says so', isPaused, 60_000);

    await play.kube.remove('secrets', play.operatorNamespace, PAUSE);
    await leased.holds(0);
    assert.equal(await isPaused(), false);
    await play.operator.stop();
  });

  it('gives back again after a quiet period', async () => {
    const quietMs = 20_000;
    await play.operator.start({ args: [...FLAGS, `--restore-quiet-period=${quietMs}ms`] });
    const leased = new Leased(play, await tenant(play));
    await leased.applied();
    await restored(leased, await play.backupCluster());

    await leased.remove();
    await leased.holds(0, 2 * quietMs);
    await play.until('nothing is left of the pause', async () => !(await pause()));
    await play.operator.stop();
  });

  it('replaces a credential that came back dead, and asks Vault before anything is due', async () => {
    await play.operator.start({ args: FLAGS });
    const leased = new Leased(play, await tenant(play));
    const first = await leased.applied();
    const restore = await play.backupCluster();
    await play.kube.remove('secrets', leased.home.namespace, leased.name);
    const second = await leased.replaced(first);
    await play.until('the first is given back', async () => !(await leased.exists(first)));
    await restored(leased, restore);

    const third = await leased.replaced(first);
    assert.notEqual(third, second);
    assert.ok(await leased.exists(third));
    await leased.ready();
    assert.deepEqual([...(await leased.records())].sort(), ['current', 'retiring']);
    await play.kube.remove('secrets', play.operatorNamespace, PAUSE);
    await play.until('only what is in use is on record', async () =>
      (await leased.records()).every((state) => state === 'current'),
    );
    await play.operator.stop();
  });

  it('a credential whose Secret was put back stays alive until it is replaced once more', async () => {
    const backoff = ['--backoff-initial-interval=1s', '--backoff-max-interval=2s'];
    await play.operator.start({ args: [...FLAGS, ...backoff] });
    const policy = 'path "database/creds/*" { capabilities = ["read"] }';
    const home = await tenant(play, { policy });
    const { data: role } = await play.vault.call('GET', `database/roles/${home.role}`);
    await play.vault.call('POST', `database/roles/${home.role}-b`, role);
    const leased = new Leased(play, home);
    const first = await leased.applied();
    const secret = await leased.secret();
    await leased.edited({ path: `creds/${home.role}-b` });
    await leased.replaced(first);
    await leased.ready();

    await play.vault.call('POST', `sys/policies/acl/${home.role}`, { policy: NOTHING });
    await play.kube.patch('secrets', home.namespace, leased.name, {
      data: secret?.['data'],
      metadata: { annotations: secret?.metadata.annotations },
    });
    await play.pass(3 * GRACE_MS, async () => assert.ok(await leased.exists(first)));
    await play.vault.call('POST', `sys/policies/acl/${home.role}`, { policy });

    const third = await leased.replaced(first);
    await play.until('the first is given back', async () => !(await leased.exists(first)));
    assert.ok(await leased.exists(third));
    await play.operator.stop();
  });

  it('keeps what is in place alive, and issues and restarts nothing', async () => {
    await play.operator.start({ args: FLAGS });
    const leased = new Leased(play, await tenant(play));
    const user = await leased.applied();
    const before = await leased.renewedAt();
    await restored(leased, await play.backupCluster());

    await play.until('Vault was asked for it', async () => (await leased.renewedAt()) > before);
    assert.equal(await leased.user(), user);
    assert.equal(await leased.issues(), 1);
    assert.equal(await leased.restarts(), 0);
    await play.kube.remove('secrets', play.operatorNamespace, PAUSE);
    await play.operator.stop();
  });
});
