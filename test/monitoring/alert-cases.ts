/** When each alert fires and when it stays quiet: series as promtool writes them, one value a minute. */

export interface AlertCase {
  readonly alert: string;
  readonly sentence: string;
  /** Values by series. */
  readonly given: Readonly<Record<string, string>>;
  /** Minutes from the first value. */
  readonly after: number;
  /** Labels of the alerts that fire then, without severity. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

const POD = 'namespace="vso",job="operator",pod="a",instance="a:8080"';
const STANDBY = 'namespace="vso",job="operator",pod="b",instance="b:8080"';
const TARGET = { namespace: 'vso', job: 'operator' };
const FIRES = [TARGET];
const QUIET: readonly [] = [];

function series(name: string, labels = '', pod = POD): string {
  return `${name}{${labels === '' ? pod : `${pod},${labels}`}}`;
}

const LOGIN = 'operation="auth/:mount/login"';
const READ = 'operation=":mount/data/:path"';
const NOT_READY = 'vault_lease_operator_not_ready_since_timestamp_seconds';
const OVERDUE = 'vault_lease_operator_objects_overdue';
const CREDENTIALS = 'vault_lease_operator_credentials';
const RENEWALS = 'vault_lease_operator_renewals_total';
const OLDEST = 'vault_lease_operator_ledger_oldest_timestamp_seconds';
const GIVE_BACKS = 'vault_lease_operator_give_backs_total';
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

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'VaultLeaseOperatorObjectNotReady',
    sentence: 'fires for an object that has not been ready for more than a quarter of an hour',
    given: {
      [series(NOT_READY, 'kind="VaultStaticSecret"')]: '0x30',
      [series(NOT_READY, 'kind="VaultStaticSecret"', STANDBY)]: '0x30',
    },
    after: 17,
    fires: [{ ...TARGET, kind: 'VaultStaticSecret' }],
  },
  {
    alert: 'VaultLeaseOperatorObjectNotReady',
    sentence: 'is quiet while each object gets ready within the time',
    given: { [series(NOT_READY, 'kind="VaultStaticSecret"')]: '0x10 600x9 1200x20' },
    after: 30,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorSecretOverdue',
    sentence: 'fires for a secret of which nothing was heard for long',
    given: {
      [series(OVERDUE, 'kind="VaultStaticSecret"')]: '0 1x20',
      [series(OVERDUE, 'kind="VaultStaticSecret"', STANDBY)]: '0x20',
    },
    after: 12,
    fires: [{ ...TARGET, kind: 'VaultStaticSecret' }],
  },
  {
    alert: 'VaultLeaseOperatorSecretOverdue',
    sentence: 'is quiet about a short outage, and about kinds that hold no secret',
    given: {
      [series(OVERDUE, 'kind="VaultStaticSecret"')]: '0 1x8 0x20',
      [series(OVERDUE, 'kind="VaultConnection"')]: '1x30',
    },
    after: 20,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorCredentialClosing',
    sentence: 'fires for a certificate inside its safety margin',
    given: { [series(CREDENTIALS, 'kind="VaultPKISecret",phase="closing"')]: '0 1x10' },
    after: 3,
    fires: [{ ...TARGET, kind: 'VaultPKISecret' }],
  },
  {
    alert: 'VaultLeaseOperatorCredentialClosing',
    sentence: 'is quiet while one is being replaced, and about the living',
    given: {
      [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="closing"')]: '0 1 0x10',
      [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="living"')]: '9x10',
    },
    after: 3,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorCredentialEnded',
    sentence: 'fires for a lease that has ended',
    given: { [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="ended"')]: '0 2x10' },
    after: 3,
    fires: [{ ...TARGET, kind: 'VaultDynamicSecret' }],
  },
  {
    alert: 'VaultLeaseOperatorCredentialEnded',
    sentence: 'is quiet while all live',
    given: { [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="ended"')]: '0x10' },
    after: 5,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorRenewalsFail',
    sentence: 'fires when renewals go on failing',
    given: { [series(RENEWALS, 'result="failed"')]: '0+1x40' },
    after: 20,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorRenewalsFail',
    sentence: 'is quiet about failures that were made good',
    given: {
      [series(RENEWALS, 'result="failed"')]: '0 2x40',
      [series(RENEWALS, 'result="kept"')]: '0+5x40',
    },
    after: 20,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorGiveBackBacklog',
    sentence: 'fires for a record that has waited for its giving back for more than half an hour',
    given: { [series(OLDEST, 'state="retiring"')]: '0x60' },
    after: 37,
    fires: [{ ...TARGET, state: 'retiring' }],
  },
  {
    alert: 'VaultLeaseOperatorGiveBackBacklog',
    sentence: 'is quiet while records come and go',
    given: { [series(OLDEST, 'state="retiring"')]: '0x20 1200x20 2400x20' },
    after: 59,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorCredentialOrphaned',
    sentence: 'fires for one that could not be given back',
    given: { [series(GIVE_BACKS, 'result="orphaned"')]: '0x5 1x60' },
    after: 10,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorCredentialOrphaned',
    sentence: 'is quiet about those that were given back or were dead already',
    given: {
      [series(GIVE_BACKS, 'result="orphaned"')]: '1x60',
      [series(GIVE_BACKS, 'result="revoked"')]: '0+1x60',
      [series(GIVE_BACKS, 'result="dead"')]: '0+1x60',
    },
    after: 30,
    fires: QUIET,
  },
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
