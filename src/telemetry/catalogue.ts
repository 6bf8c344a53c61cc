/**
 * Counters and histograms with their help and the values that their labels can take; gauges.ts has the gauges. A label is 'open' when its values are not known
 * beforehand; a metric without open labels shows all its series at zero from the start, so that absence is visible.
 */
import { FAULT_KINDS } from '../runtime/fault.ts';
import { LANES } from '../runtime/lanes.ts';
import type { ClientOperation, Counters, Histograms } from '../runtime/observer.ts';

/** The values of each label, or 'open'. */
type LabelValues<Labels> = {
  readonly [L in keyof Labels]: readonly Labels[L][] | 'open';
};

export type Catalogue<Metrics> = {
  readonly [M in keyof Metrics]: {
    readonly help: string;
    readonly labels: LabelValues<Metrics[M]>;
  };
};

const CLIENT_OPERATION: LabelValues<ClientOperation> = {
  operation: 'open',
  vault_connection: 'open',
};

/** `kinds`: of our custom resources. */
export function countersOf(kinds: readonly string[]): Catalogue<Counters> {
  return { ...reconcileCounters(kinds), ...CLIENT_COUNTERS, ...leaseCounters(kinds), ...CALLS };
}

function reconcileCounters(kinds: readonly string[]) {
  const controller = controllersOf(kinds);
  return {
    controller_runtime_reconcile_total: {
      help: 'Reconciles by result.',
      labels: { controller, result: ['success', 'requeue_after', 'error'] },
    },
    controller_runtime_reconcile_errors_total: {
      help: 'Reconciles that failed.',
      labels: { controller },
    },
    controller_runtime_terminal_reconcile_errors_total: {
      help: 'Reconciles that failed and are not tried again until the object changes.',
      labels: { controller },
    },
    vault_lease_operator_failures_total: {
      help: 'Reconciles that failed, by class: refused waits for a change of the object; waiting, denied, throttled, transient and bug are tried again.',
      labels: { controller, class: FAULT_KINDS },
    },
  } as const;
}

const CLIENT_COUNTERS = {
  vso_client_operations_total: {
    help: 'Acts at Vault, by VaultConnection.',
    labels: CLIENT_OPERATION,
  },
  vso_client_operations_errors_total: {
    help: 'Acts at Vault that failed, by VaultConnection.',
    labels: CLIENT_OPERATION,
  },
  vso_client_cache_hits: { help: 'Acts that found a Vault token at hand.', labels: {} },
  vso_client_cache_misses: { help: 'Acts that had to log in to Vault first.', labels: {} },
} as const;

function leaseCounters(kinds: readonly string[]) {
  return {
    vault_lease_operator_syncs_total: {
      help: 'Comparisons of a Secret with Vault, by what followed.',
      labels: { kind: kinds, result: ['written', 'unchanged', 'failed'] },
    },
    vault_lease_operator_renewals_total: {
      help: 'Renewals of leases: kept, truncated by Vault, lease gone, or failed.',
      labels: { result: ['kept', 'truncated', 'gone', 'failed'] },
    },
    vault_lease_operator_issues_total: {
      help: 'Requests for a credential; unknown means that the reply was lost.',
      labels: { result: ['issued', 'failed', 'unknown'] },
    },
    vault_lease_operator_give_backs_total: {
      help: 'Credentials that ended: revoked by us, dead at Vault already, left to end where nothing is to be undone, expired by our clock, or orphaned.',
      labels: { result: ['revoked', 'dead', 'left', 'expired', 'orphaned'] },
    },
    vault_lease_operator_restarts_total: {
      help: 'Restarts of workloads after a change of their Secret.',
      labels: {
        kind: ['Deployment', 'DaemonSet', 'StatefulSet', 'argo.Rollout'],
        result: ['stamped', 'missing', 'failed'],
      },
    },
  } as const;
}

const CALLS = {
  vault_lease_operator_kubernetes_requests_total: {
    help: 'Requests to the API server by status code; none means no answer.',
    labels: { verb: 'open', resource: 'open', code: 'open' },
  },
  vault_lease_operator_vault_requests_total: {
    help: 'Requests to Vault by route and status code, or the reason word where there was no answer.',
    labels: { operation: 'open', code: 'open' },
  },
  vault_lease_operator_watch_relists_total: {
    help: 'Lists that a watch needed after its start.',
    labels: { resource: 'open' },
  },
} as const;

/** Bounds of the buckets in seconds. */
export function histogramsOf(kinds: readonly string[]): Catalogue<Histograms> {
  return {
    controller_runtime_reconcile_time_seconds: {
      help: 'Duration of a reconcile.',
      labels: { controller: controllersOf(kinds) },
    },
    workqueue_queue_duration_seconds: {
      help: 'How long an object stood in line for a reconcile, by urgency.',
      labels: { name: ['reconcile'], priority: LANES },
    },
    vso_client_operations_time_seconds: {
      help: 'Duration of an act at Vault, by VaultConnection.',
      labels: CLIENT_OPERATION,
    },
  };
}

/** controller-runtime names a controller after its kind in lower case. */
function controllersOf(kinds: readonly string[]): readonly string[] {
  return kinds.map((kind) => kind.toLowerCase());
}
