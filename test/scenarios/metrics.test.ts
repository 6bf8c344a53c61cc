/** What /metrics say of objects, leases and the ledger while the operator works, and that nothing said outlives its object. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLAGS, Leased } from '../stage/leased.ts';
import { Sights } from '../stage/sights.ts';
import { closeStage, type Stage, stage } from '../stage/stage.ts';
import { type Tenant, tenant } from '../stage/tenant.ts';

const MINE = 'vault_lease_operator_';

const LEADS = 'leader_election_master_status{name="b0d477c0.hashicorp.com"}';
const CURRENT = `${MINE}ledger_records{state="current"}`;

/** The value of every series of the exposition text. */
type Series = ReadonlyMap<string, number>;

async function scrape({ operator }: Stage): Promise<Series> {
  const lines = (await operator.metrics()).split('\n').filter((line) => /^[a-z]/u.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

function naming(series: Series, { namespace }: Tenant): readonly string[] {
  return [...series.keys()].filter((key) => key.includes(`namespace="${namespace}"`));
}

/** Somebody took the Lease a moment ago. */
async function ledBy(play: Stage, holderIdentity: string): Promise<void> {
  const renewTime = new Date(play.now()).toISOString().replace('Z', '000Z');
  await play.kube.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'b0d477c0.hashicorp.com', namespace: play.operatorNamespace },
    spec: { holderIdentity, renewTime, leaseDurationSeconds: 15 },
  });
}

describe('the metrics', () => {
  let play: Stage;

  before(async () => {
    play = await stage();
    await play.operator.start({ args: FLAGS });
  });
  after(closeStage);

  /** Waits until the series has this value; undefined means until it is gone. */
  async function says(series: string, value: number | undefined): Promise<void> {
    await play.until(`${series} is ${value}`, async () => {
      return (await scrape(play)).get(series) === value;
    });
  }

  it('follow a static secret that is well, fails, and is deleted', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await play.vault.writeKv2('kv', `${home.prefix}/config`, { user: 'ada' });
    await home.staticSecret('config');
    await sights.synced('config');
    const labels = `kind="VaultStaticSecret",object_namespace="${home.namespace}",object_name="config"`;
    const metrics = await scrape(play);
    const now = play.now() / 1000;
    assert.equal(metrics.get(`${MINE}object_ready{${labels},reason="Ready"}`), 1);
    const status = `controller="vaultstaticsecret",name="config",namespace="${home.namespace}"`;
    assert.equal(metrics.get(`controller_resource_status{${status}}`), 1);
    const success = metrics.get(`${MINE}object_last_success_timestamp_seconds{${labels}}`) ?? 0;
    assert.ok(Math.abs(now - success) < 10, `${now} ${success}`);
    const next = metrics.get(`${MINE}object_next_action_timestamp_seconds{${labels}}`) ?? 0;
    assert.ok(next > success && next < now + 6, `${now} ${next}`);

    await home.staticSecret('config', { path: `${home.prefix}/nothing` });
    await says(`${MINE}object_ready{${labels},reason="SourceMissing"}`, 0);
    const failing = await scrape(play);
    assert.equal(failing.get(`${MINE}object_ready{${labels},reason="Ready"}`), undefined);
    const since = failing.get(`${MINE}not_ready_since_timestamp_seconds{kind="VaultStaticSecret"}`);
    assert.ok(since !== undefined && since <= play.now() / 1000, String(since));
    const count = 'kind="VaultStaticSecret",ready="false",reason="SourceMissing"';
    assert.equal(failing.get(`${MINE}objects{${count}}`), 1);
    await says(`${MINE}objects_overdue{kind="VaultStaticSecret"}`, 1);

    await play.kube.remove('vaultstaticsecrets', home.namespace, 'config');
    await says(`${MINE}objects{${count}}`, undefined);
    await says(`${MINE}objects_overdue{kind="VaultStaticSecret"}`, 0);
    const left = naming(await scrape(play), home).filter((key) => key.includes('config'));
    assert.deepEqual(left, []);
    await home.remove();
  });

  it('follow a lease from its issue to its giving back, and hold no secret', async () => {
    const home = await tenant(play, { leaseTtl: 1800 });
    const leased = new Leased(play, home);
    const user = await leased.applied();
    const metrics = await scrape(play);
    const now = play.now() / 1000;
    const end = metrics.get(
      `${MINE}credential_expiry_timestamp_seconds{kind="VaultDynamicSecret"}`,
    );
    assert.ok(end && end > now + 1700 && end <= now + 1800, `${now} ${end}`);
    assert.equal(metrics.get(`${MINE}credentials{kind="VaultDynamicSecret",phase="living"}`), 1);
    assert.equal(metrics.get(CURRENT), 1);
    const token = metrics.get(`${MINE}token_expiry_timestamp_seconds{owner="credential"}`);
    assert.ok(token && token > now + 3400, `${now} ${token}`);
    assert.ok(
      (metrics.get('workqueue_queue_duration_seconds_count{name="reconcile",priority="first"}') ??
        0) > 0,
    );
    const login = `vso_client_operations_total{operation="login",vault_connection="${home.namespace}/vault"}`;
    assert.ok((metrics.get(login) ?? 0) >= 1);
    const text = await play.operator.metrics();
    assert.ok(!text.includes(user), 'a user is in the metrics');

    await leased.remove();
    await says(`${MINE}ledger_records{state="retiring"}`, 1);
    const oldest = (await scrape(play)).get(
      `${MINE}ledger_oldest_timestamp_seconds{state="retiring"}`,
    );
    assert.ok(oldest && Math.abs(oldest - play.now() / 1000) < 10, String(oldest));
    await says(`${MINE}ledger_records{state="retiring"}`, 0);
    await says(`${MINE}ledger_oldest_timestamp_seconds{state="retiring"}`, undefined);
    await says(`${MINE}credential_expiry_timestamp_seconds{kind="VaultDynamicSecret"}`, undefined);
    await home.remove();
  });

  it('tell why a VaultConnection is not ready, and count failures by class', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await sights.until('vaultconnections', 'vault', 'Ready', 'True');
    const failures = `${MINE}failures_total{controller="vaultconnection",class="throttled"}`;
    const before = (await scrape(play)).get(failures) ?? Number.NaN;
    await play.sealVault();
    const sealed = `${MINE}objects{kind="VaultConnection",ready="false",reason="VaultSealed"}`;
    await play.until(
      'the connection is counted as sealed',
      async () => ((await scrape(play)).get(sealed) ?? 0) >= 1,
      150_000,
    );
    assert.ok(((await scrape(play)).get(failures) ?? 0) > before);
    await play.unsealVault();
    await play.until(
      'nothing is sealed any more',
      async () => (await scrape(play)).get(sealed) === undefined,
      150_000,
    );
    await home.remove();
  });

  it('say who leads, what was set, and that the watches are well', async () => {
    const metrics = await scrape(play);
    assert.equal(metrics.get(LEADS), 1);
    const settings = [...metrics.keys()].filter((key) => key.startsWith('vso_runtime_config'));
    assert.equal(settings.length, 1);
    assert.match(settings[0] ?? '', /maxConcurrentReconciles="100"/u);
    assert.equal(metrics.get(`${MINE}watch_failures{resource="vaultstaticsecrets"}`), 0);
    assert.equal(metrics.get(`${MINE}watch_failures{resource="secrets"}`), 0);
  });

  it('count a paused object, and do not call it late or not ready', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await home.staticSecret('resting');
    await sights.until('vaultstaticsecrets', 'resting', 'Ready', 'False SourceMissing');
    const since = `${MINE}not_ready_since_timestamp_seconds{kind="VaultStaticSecret"}`;
    assert.ok((await scrape(play)).has(since));
    const paused = { metadata: { annotations: { 'vault-lease-operator/paused': 'true' } } };
    await play.kube.patch('vaultstaticsecrets', home.namespace, 'resting', paused);
    await says(`${MINE}objects_paused{kind="VaultStaticSecret"}`, 1);
    await play.pass(15_000);
    const metrics = await scrape(play);
    assert.equal(metrics.get(since), undefined);
    assert.equal(metrics.get(`${MINE}objects_overdue{kind="VaultStaticSecret"}`), 0);
    await play.kube.remove('vaultstaticsecrets', home.namespace, 'resting');
    await says(`${MINE}objects_paused{kind="VaultStaticSecret"}`, 0);
    await home.remove();
  });

  it('of a replica that waits for the lead show the objects, and no work', async () => {
    const home = await tenant(play);
    const leased = new Leased(play, home);
    await leased.applied();
    assert.equal((await scrape(play)).get(CURRENT), 1);
    await play.operator.stop();
    await ledBy(play, 'another');
    await play.operator.start({ args: [...FLAGS, '--leader-elect=true'] });
    const waiting = await scrape(play);
    assert.equal(waiting.get(LEADS), 0);
    assert.equal(waiting.get(CURRENT), 0);
    assert.equal(waiting.get(`${MINE}credentials{kind="VaultDynamicSecret",phase="living"}`), 1);
    const work = /(last_success|next_action|token_expiry)_timestamp/u;
    assert.deepEqual(
      [...waiting.keys()].filter((key) => work.test(key)),
      [],
    );
    await says(LEADS, 1);
    await says(CURRENT, 1);
    await leased.remove();
    await home.remove();
  });

  it('show no object by itself where there are more than they may', async () => {
    const home = await tenant(play);
    const sights = new Sights(play, home);
    await sights.until('vaultauths', 'app', 'Ready', 'True');
    assert.notDeepEqual(naming(await scrape(play), home), []);
    await play.operator.stop();
    await play.operator.start({ args: [...FLAGS, '--metrics-per-object=1'] });
    await play.until('objects are counted', async () =>
      [...(await scrape(play)).keys()].some((key) => key.startsWith(`${MINE}objects{`)),
    );
    assert.deepEqual(naming(await scrape(play), home), []);
  });
});
