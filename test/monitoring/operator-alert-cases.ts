/** When the alerts about Vault, workloads and the process fire, and when they stay quiet. */
import { type AlertCase, FIRES, QUIET, STANDBY, series, TARGET } from './alert-case.ts';

const LOGIN = 'operation="auth/:mount/login"';
const READ = 'operation=":mount/data/:path"';
const OBJECTS = 'vault_lease_operator_objects';
const REQUESTS = 'vault_lease_operator_vault_requests_total';
const RESTARTS = 'vault_lease_operator_restarts_total';
const LEADS = 'leader_election_master_status';
const LEASE = 'name="b0d477c0.hashicorp.com"';
const WATCH = 'vault_lease_operator_watch_failures';
const RUN = 'workqueue_longest_running_processor_seconds';
const WAIT = 'workqueue_queue_duration_seconds_bucket';
const LAG = 'nodejs_eventloop_lag_p99_seconds';
const FAILURES = 'vault_lease_operator_failures_total';

export const OPERATOR_ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'VaultLeaseOperatorVaultUnavailable',
    sentence: 'fires for a Vault that is sealed',
    given: {
      [series(OBJECTS, 'kind="VaultConnection",ready="false",reason="VaultSealed"')]: '1x20',
      [series(OBJECTS, 'kind="VaultConnection",ready="false",reason="VaultSealed"', STANDBY)]:
        '1x20',
    },
    after: 7,
    fires: [{ ...TARGET, reason: 'VaultSealed' }],
  },
  {
    alert: 'VaultLeaseOperatorVaultUnavailable',
    sentence: 'is quiet about a connection that is written wrongly, and about a short outage',
    given: {
      [series(OBJECTS, 'kind="VaultConnection",ready="false",reason="InvalidSpec"')]: '1x20',
      [series(OBJECTS, 'kind="VaultConnection",ready="false",reason="VaultUnreachable"')]:
        '1x3 _x20',
      [series(OBJECTS, 'kind="VaultConnection",ready="true",reason="Ready"')]: '3x20',
    },
    after: 12,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorLoginsFail',
    sentence: 'fires when most logins fail',
    given: {
      [series(REQUESTS, `${LOGIN},code="403"`)]: '0+2x40',
      [series(REQUESTS, `${LOGIN},code="200"`)]: '0+1x40',
    },
    after: 25,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorLoginsFail',
    sentence: 'is quiet when one of few fails now and then',
    given: {
      [series(REQUESTS, `${LOGIN},code="403"`)]: '0x10 1x9 2x40',
      [series(REQUESTS, `${LOGIN},code="200"`)]: '0+1x40',
    },
    after: 25,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorDenied',
    sentence: 'fires when many requests are answered with 403',
    given: {
      [series(REQUESTS, `${READ},code="403"`)]: '0+2x40',
      [series(REQUESTS, `${READ},code="200"`)]: '0+8x40',
    },
    after: 25,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorDenied',
    sentence: 'is quiet when few are',
    given: {
      [series(REQUESTS, `${READ},code="403"`)]: '0+2x40',
      [series(REQUESTS, `${READ},code="200"`)]: '0+80x40',
    },
    after: 25,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorRestartsAboveBudget',
    sentence: 'fires when more than 50 workloads are restarted within an hour',
    given: {
      [series(RESTARTS, 'kind="Deployment",result="stamped"')]: '0+1x90',
      [series(RESTARTS, 'kind="StatefulSet",result="stamped"')]: '0 0 0+1x87',
    },
    after: 60,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorRestartsAboveBudget',
    sentence: 'is quiet within the budget',
    given: { [series(RESTARTS, 'kind="Deployment",result="stamped"')]: '0+0.5x90' },
    after: 80,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorRestartsFail',
    sentence: 'fires for a kind of workload whose restarts go on failing',
    given: { [series(RESTARTS, 'kind="Deployment",result="failed"')]: '0+1x40' },
    after: 20,
    fires: [{ ...TARGET, kind: 'Deployment' }],
  },
  {
    alert: 'VaultLeaseOperatorRestartsFail',
    sentence: 'is quiet about one that was made good',
    given: {
      [series(RESTARTS, 'kind="Deployment",result="failed"')]: '0 1x40',
      [series(RESTARTS, 'kind="Deployment",result="stamped"')]: '0+1x40',
    },
    after: 20,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorNoLeader',
    sentence: 'fires when no replica leads',
    given: { [series(LEADS, LEASE)]: '1 0x10', [series(LEADS, LEASE, STANDBY)]: '0x10' },
    after: 5,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorNoLeader',
    sentence: 'fires when there is no operator at all',
    given: { [series('up')]: '0x10' },
    after: 5,
    fires: [{ name: 'b0d477c0.hashicorp.com' }],
  },
  {
    alert: 'VaultLeaseOperatorNoLeader',
    sentence: 'is quiet when the lead passes on, and about leaders of others',
    given: {
      [series(LEADS, LEASE)]: '1x3 0x10',
      [series(LEADS, LEASE, STANDBY)]: '0x4 1x10',
      'leader_election_master_status{name="other",job="other"}': '0x10',
    },
    after: 9,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorWatchBroken',
    sentence: 'fires for a watch that goes on failing',
    given: { [series(WATCH, 'resource="secrets"')]: '0 1+1x20' },
    after: 8,
    fires: [{ ...TARGET, resource: 'secrets' }],
  },
  {
    alert: 'VaultLeaseOperatorWatchBroken',
    sentence: 'is quiet about one that breaks and comes back',
    given: { [series(WATCH, 'resource="secrets"')]: '0 1 0x3 1 2 0x20' },
    after: 12,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorReconcileStuck',
    sentence: 'fires for a run beyond its deadline',
    given: { [series(RUN, 'name="reconcile"')]: '0+60x10' },
    after: 5,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorReconcileStuck',
    sentence: 'is quiet about slow ones, and about the queues of others',
    given: {
      [series(RUN, 'name="reconcile"')]: '0 60 110 0 60 110 0 60',
      [series(RUN, 'name="other"')]: '900x10',
    },
    after: 6,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorQueueSlow',
    sentence: 'fires for a lane in which many wait long',
    given: {
      [series(WAIT, 'name="reconcile",priority="renewal",le="30"')]: '0+9x40',
      [series(WAIT, 'name="reconcile",priority="renewal",le="60"')]: '0+10x40',
      [series(WAIT, 'name="reconcile",priority="renewal",le="+Inf"')]: '0+10x40',
    },
    after: 30,
    fires: [{ ...TARGET, priority: 'renewal' }],
  },
  {
    alert: 'VaultLeaseOperatorQueueSlow',
    sentence: 'is quiet when few wait, and while nothing waits at all',
    given: {
      [series(WAIT, 'name="reconcile",priority="first",le="30"')]: '0+100x40',
      [series(WAIT, 'name="reconcile",priority="first",le="+Inf"')]: '0+100x40',
      [series(WAIT, 'name="reconcile",priority="refresh",le="30"')]: '0x40',
      [series(WAIT, 'name="reconcile",priority="refresh",le="+Inf"')]: '0x40',
    },
    after: 30,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorEventLoopLag',
    sentence: 'fires when the loop lags for long',
    given: { [series(LAG)]: '2x10', [series('vso_build_info')]: '1x10' },
    after: 7,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorEventLoopLag',
    sentence: 'is quiet about the lag of other programs',
    given: {
      'nodejs_eventloop_lag_p99_seconds{job="shop",instance="c"}': '5x10',
      [series(LAG)]: '0.02x10',
      [series('vso_build_info')]: '1x10',
    },
    after: 7,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorBug',
    sentence: 'fires at once',
    given: { [series(FAILURES, 'controller="vaultauth",class="bug"')]: '0x3 1x60' },
    after: 5,
    fires: [{ ...TARGET, controller: 'vaultauth' }],
  },
  {
    alert: 'VaultLeaseOperatorBug',
    sentence: 'is quiet about failures that are foreseen',
    given: { [series(FAILURES, 'controller="vaultauth",class="transient"')]: '0+1x60' },
    after: 30,
    fires: QUIET,
  },
];
