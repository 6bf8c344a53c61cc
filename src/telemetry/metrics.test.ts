import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { TelemetryObserver } from './observer.ts';

const KINDS = ['VaultStaticSecret', 'VaultDynamicSecret'];

function metricsOf(withProcess = false): Metrics {
  return new Metrics({ kinds: KINDS, build: { git_version: '0.1.0' }, withProcess });
}

/** Series and values of the exposition text. */
async function scrape(metrics: Metrics): Promise<Map<string, string>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), line.replace(/^.* /, '')]));
}

describe('metrics', () => {
  it('show what has not happened yet as zero', async () => {
    const series = await scrape(metricsOf());
    for (const name of [
      'controller_runtime_reconcile_total{controller="vaultstaticsecret",result="requeue_after"}',
      'controller_runtime_terminal_reconcile_errors_total{controller="vaultdynamicsecret"}',
      'controller_runtime_reconcile_time_seconds_count{controller="vaultdynamicsecret"}',
      'vso_client_cache_hits',
      'vault_lease_operator_syncs_total{kind="VaultStaticSecret",result="failed"}',
      'vault_lease_operator_give_backs_total{result="orphaned"}',
      'vault_lease_operator_restarts_total{kind="argo.Rollout",result="missing"}',
      'vault_lease_operator_ledger_records{state="pending"}',
      'vault_lease_operator_failures_total{controller="vaultstaticsecret",class="throttled"}',
      'vault_lease_operator_credentials{kind="VaultPKISecret",phase="ended"}',
      'workqueue_depth{name="reconcile",priority="renewal"}',
    ]) {
      assert.equal(series.get(name), '0', name);
    }
  });

  it('know what they were built from', async () => {
    assert.equal((await scrape(metricsOf())).get('vso_build_info{git_version="0.1.0"}'), '1');
  });

  it('count and observe through the observer', async () => {
    const metrics = metricsOf();
    const logger = createLogger({ level: 'error', encoding: 'json' }, { write: () => undefined });
    const observer = new TelemetryObserver(logger, metrics).with({ name: 'one' });
    const operation = { operation: 'login', vault_connection: 'a/default' } as const;
    observer.count('vso_client_operations_total', operation);
    observer.count('vso_client_operations_total', operation, 2);
    observer.observe('vso_client_operations_time_seconds', 0.2, operation);
    const series = await scrape(metrics);
    const labels = 'operation="login",vault_connection="a/default"';
    assert.equal(series.get(`vso_client_operations_total{${labels}}`), '3');
    assert.equal(series.get(`vso_client_operations_time_seconds_sum{${labels}}`), '0.2');
    assert.equal(series.get(`vso_client_operations_time_seconds_bucket{le="0.25",${labels}}`), '1');
  });

  it('ask for what is only known at the moment', async () => {
    const metrics = metricsOf();
    const refresh = { name: 'reconcile', priority: 'refresh' } as const;
    let depth = 3;
    metrics.readAtScrape(() => ({ workqueue_depth: [[refresh, depth]] }));
    const series = 'workqueue_depth{name="reconcile",priority="refresh"}';
    assert.equal((await scrape(metrics)).get(series), '3');
    depth = 0;
    assert.equal((await scrape(metrics)).get(series), '0');
  });

  it('drop the series of what is gone, and say zero where it is known beforehand', async () => {
    const metrics = metricsOf();
    const object = { kind: 'VaultAuth', object_namespace: 'a', object_name: 'b' };
    let isThere = true;
    metrics.readAtScrape(() => {
      if (!isThere) return {};
      return {
        vault_lease_operator_object_next_action_timestamp_seconds: [[object, 5]],
        vault_lease_operator_objects_overdue: [[{ kind: 'VaultStaticSecret' }, 2]],
      };
    });
    const one =
      'vault_lease_operator_object_next_action_timestamp_seconds{kind="VaultAuth",object_namespace="a",object_name="b"}';
    const overdue = 'vault_lease_operator_objects_overdue{kind="VaultStaticSecret"}';
    const before = await scrape(metrics);
    assert.deepEqual([before.get(one), before.get(overdue)], ['5', '2']);
    isThere = false;
    const after = await scrape(metrics);
    assert.deepEqual([after.get(one), after.get(overdue)], [undefined, '0']);
  });

  it('refuse a label that the catalogue does not know', () => {
    const labels = { result: 'kept', name: 'tenant' };
    assert.throws(() => metricsOf().count('vault_lease_operator_renewals_total', labels as never));
  });

  it('keep apart from each other, and tell the event loop lag of the process when asked', async () => {
    assert.equal((await scrape(metricsOf())).has('nodejs_eventloop_lag_seconds'), false);
    assert.equal((await scrape(metricsOf(true))).has('nodejs_eventloop_lag_p99_seconds'), true);
  });
});
