/**
 * The dashboard and the alerts against a running operator: a real Prometheus scrapes it while it keeps secrets of every
 * sort, and every query has to have an answer. What the alerts do with figures is tested in alerts.test.ts.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { asked } from '../../hack/dashboard/board.ts';
import { ALERTS } from '../monitoring/alert-rules.ts';
import { DASHBOARD_QUERIES } from '../monitoring/dashboard.ts';
import type { Prometheus, Sample } from '../monitoring/prometheus.ts';
import { type Scraped, startScraped } from '../monitoring/scraped.ts';
import { Leased } from '../stage/leased.ts';
import { Sights } from '../stage/sights.ts';
import type { Stage } from '../stage/stage.ts';
import { tenant } from '../stage/tenant.ts';

/** A deleted object's credential stays on record for as long as the queries are asked. */
const FLAGS = ['--lease-overlap=3s', '--lease-owner-grace=10m'];

describe('the dashboard', () => {
  let scraped: Scraped;
  let play: Stage;
  let prometheus: Prometheus;

  before(async () => {
    scraped = await startScraped({ flags: FLAGS, scrapeSeconds: 1 });
    ({ play, prometheus } = scraped);
    await secretsOfEverySort(play);
  });

  after(() => scraped?.close());

  for (const { panel, expr } of DASHBOARD_QUERIES)
    it(`has data for the panel ${panel}: ${expr}`, async () => {
      const query = asked(expr, { namespace: play.operatorNamespace, rateInterval: '1m' });
      await play.until('the query has an answer with a number in it', async () =>
        (await prometheus.query(query)).some(isNumber),
      );
    });

  it('has numbers that are those of the stage', async () => {
    const ready = await prometheus.query(
      'sum(max by (kind, reason) (vault_lease_operator_objects{ready="true",kind=~"Vault(Static|Dynamic)Secret"}))',
    );
    assert.deepEqual(
      ready.map(({ value }) => value),
      [2],
    );
    const unready = await prometheus.query('vault_lease_operator_object_ready == 0');
    assert.deepEqual(
      unready.map(({ labels }) => [labels['object_name'], labels['reason']]),
      [['missing', 'SourceMissing']],
    );
    const left = await prometheus.query(
      'min(vault_lease_operator_credential_expiry_timestamp_seconds) - time()',
    );
    assert.ok(left.every(({ value }) => value > 3400 && value <= 3600));
  });

  it('stands beside alerts that Prometheus can judge, none of which fires', async () => {
    await play.until('every rule was judged', async () =>
      (await prometheus.rules()).every(({ health }) => health !== 'unknown'),
    );
    const rules = await prometheus.rules();
    assert.deepEqual(
      rules.filter(({ health }) => health !== 'ok'),
      [],
    );
    assert.deepEqual(
      rules.map(({ name }) => name).toSorted(),
      ALERTS.map(({ alert }) => alert).toSorted(),
    );
    const firing = await prometheus.query('ALERTS{alertstate="firing"}');
    assert.deepEqual(firing, []);
  });
});

/** One that is well and restarts a workload, one leased, one deleted, and one that fails. */
async function secretsOfEverySort(play: Stage): Promise<void> {
  const home = await tenant(play);
  const sights = new Sights(play, home);
  await play.vault.writeKv2('kv', `${home.prefix}/config`, { user: 'ada' });
  await home.deployment('web');
  const targets = [{ kind: 'Deployment', name: 'web' }];
  await home.staticSecret('config', { rolloutRestartTargets: targets });
  await home.staticSecret('missing');
  const kept = new Leased(play, home, 'kept');
  const gone = new Leased(play, home, 'gone');
  await kept.applied();
  await gone.applied();
  await sights.synced('config');
  await play.vault.writeKv2('kv', `${home.prefix}/config`, { user: 'bob' });
  await gone.remove();
  await sights.until('vaultstaticsecrets', 'missing', 'Ready', 'False SourceMissing');
  await play.until(
    'the workload was restarted',
    async () => Object.keys(await sights.stamps('web')).length > 0,
  );
}

function isNumber({ value }: Sample): boolean {
  return Number.isFinite(value);
}
