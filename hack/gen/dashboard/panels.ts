/**
 * What the dashboard shows: rows of panels, each with its queries. `$namespace` is that of the operator. Every replica
 * shows the objects and only the leader its work, so that levels are joined by max or min, and rates by sum.
 */

export interface Query {
  readonly expr: string;
  /** Labels between braces, as Grafana takes them. */
  readonly legend?: string;
}

export interface Panel {
  readonly title: string;
  readonly kind: 'stat' | 'timeseries' | 'table';
  /** Of Grafana's. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Said behind the panel's i. */
  readonly note?: string;
  /** From this value on it is red; green below. */
  readonly redFrom?: number;
  /** Below this value it is red; green from it on. */
  readonly redBelow?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const OURS = 'namespace=~"$namespace"';

function metric(name: string, ...selectors: readonly string[]): string {
  return `${name}{${[OURS, ...selectors].join(',')}}`;
}

function mine(name: string, ...selectors: readonly string[]): string {
  return metric(`vault_lease_operator_${name}`, ...selectors);
}

function rate(by: string, series: string): Query {
  const legend = by.split(', ').map((label) => `{{${label}}}`);
  return { expr: `sum by (${by}) (rate(${series}[$__rate_interval]))`, legend: legend.join(' ') };
}

function slowest(by: string, series: string): Query {
  const expr = `histogram_quantile(0.99, sum by (${by}, le) (rate(${series}[$__rate_interval])))`;
  return { expr, legend: `{{${by}}}` };
}

/** Node's own figures have no label that tells whose process it is. */
function ofProcess(series: string): string {
  return `${series} and on (job, instance) ${metric('vso_build_info')}`;
}

const OVERVIEW: Row = {
  title: 'Overview',
  panels: [
    {
      title: 'Objects ready',
      kind: 'stat',
      unit: 'none',
      queries: [{ expr: `sum(max by (kind, reason) (${mine('objects', 'ready="true"')}))` }],
    },
    {
      title: 'Objects not ready',
      kind: 'stat',
      unit: 'none',
      redFrom: 1,
      queries: [
        {
          expr: `sum(max by (kind, ready, reason) (${mine('objects', 'ready!="true"')})) or vector(0)`,
        },
      ],
    },
    {
      title: 'Objects overdue',
      kind: 'stat',
      unit: 'none',
      redFrom: 1,
      note: 'Nothing has gone well for more than twice the time between two looks.',
      queries: [{ expr: `sum(max by (kind) (${mine('objects_overdue')}))` }],
    },
    {
      title: 'Credentials closing or ended',
      kind: 'stat',
      unit: 'none',
      redFrom: 1,
      queries: [{ expr: `sum(max by (kind, phase) (${mine('credentials', 'phase!="living"')}))` }],
    },
    {
      title: 'First credential ends in',
      kind: 'stat',
      unit: 's',
      redBelow: 60,
      queries: [{ expr: `min(${mine('credential_expiry_timestamp_seconds')}) - time()` }],
    },
    {
      title: 'Replicas that lead',
      kind: 'stat',
      unit: 'none',
      redBelow: 1,
      queries: [{ expr: `sum(${metric('leader_election_master_status')})` }],
    },
  ],
};

const OBJECTS: Row = {
  title: 'Objects',
  panels: [
    {
      title: 'Readiness and reason',
      kind: 'timeseries',
      unit: 'none',
      queries: [
        {
          expr: `max by (kind, ready, reason) (${mine('objects')})`,
          legend: '{{kind}} {{ready}} {{reason}}',
        },
      ],
    },
    {
      title: 'Not ready since',
      kind: 'timeseries',
      unit: 's',
      note: 'Of the object that has waited longest.',
      queries: [
        {
          expr: `time() - min by (kind) (${mine('not_ready_since_timestamp_seconds')})`,
          legend: '{{kind}}',
        },
      ],
    },
    {
      title: 'Last success ago',
      kind: 'timeseries',
      unit: 's',
      note: 'Of the object for which it is longest ago, among those that are looked at regularly.',
      queries: [
        {
          expr: `time() - min by (kind) (${mine('last_success_timestamp_seconds')})`,
          legend: '{{kind}}',
        },
      ],
    },
    {
      title: 'Next look in',
      kind: 'timeseries',
      unit: 's',
      queries: [
        {
          expr: `min by (kind) (${mine('next_action_timestamp_seconds')}) - time()`,
          legend: '{{kind}}',
        },
      ],
    },
    {
      title: 'Comparisons with Vault',
      kind: 'timeseries',
      unit: 'ops',
      queries: [rate('kind, result', mine('syncs_total'))],
    },
    {
      title: 'Failures by class',
      kind: 'timeseries',
      unit: 'ops',
      queries: [rate('class', mine('failures_total'))],
    },
    {
      title: 'Objects that are not ready',
      kind: 'table',
      unit: 'none',
      note: 'Empty where there are more objects than --metrics-per-object.',
      queries: [
        {
          expr: `max by (kind, object_namespace, object_name, reason) (${mine('object_ready')}) == 0`,
        },
      ],
    },
    {
      title: 'Time until the credential ends',
      kind: 'table',
      unit: 's',
      note: 'Empty where there are more objects than --metrics-per-object.',
      queries: [
        {
          expr: `sort(min by (kind, object_namespace, object_name) (${mine('object_expiry_timestamp_seconds')}) - time())`,
        },
      ],
    },
  ],
};

const LEASES: Row = {
  title: 'Leases and certificates',
  panels: [
    {
      title: 'First end by kind',
      kind: 'timeseries',
      unit: 's',
      queries: [
        {
          expr: `min by (kind) (${mine('credential_expiry_timestamp_seconds')}) - time()`,
          legend: '{{kind}}',
        },
        {
          expr: `min by (owner) (${mine('token_expiry_timestamp_seconds')}) - time()`,
          legend: 'token of {{owner}}',
        },
      ],
    },
    {
      title: 'Credentials by phase',
      kind: 'timeseries',
      unit: 'none',
      queries: [
        {
          expr: `max by (kind, phase) (${mine('credentials')})`,
          legend: '{{kind}} {{phase}}',
        },
      ],
    },
    {
      title: 'Renewals',
      kind: 'timeseries',
      unit: 'ops',
      queries: [rate('result', mine('renewals_total'))],
    },
    {
      title: 'Issued and given back',
      kind: 'timeseries',
      unit: 'ops',
      queries: [rate('result', mine('issues_total')), rate('result', mine('give_backs_total'))],
    },
    {
      title: 'Ledger',
      kind: 'timeseries',
      unit: 'none',
      queries: [{ expr: `max by (state) (${mine('ledger_records')})`, legend: '{{state}}' }],
    },
    {
      title: 'Age of the oldest record to give back',
      kind: 'timeseries',
      unit: 's',
      queries: [
        {
          expr: `time() - min by (state) (${mine('ledger_oldest_timestamp_seconds')})`,
          legend: '{{state}}',
        },
      ],
    },
  ],
};

const LOGINS = 'operation="auth/:mount/login"';

const VAULT: Row = {
  title: 'Vault',
  panels: [
    {
      title: 'Requests by code',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [rate('code', mine('vault_requests_total'))],
    },
    {
      title: 'Requests by route',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [rate('operation', mine('vault_requests_total'))],
    },
    {
      title: 'Logins by code',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [rate('code', mine('vault_requests_total', LOGINS))],
    },
    {
      title: 'Slowest hundredth of the acts',
      kind: 'timeseries',
      unit: 's',
      queries: [slowest('operation', metric('vso_client_operations_time_seconds_bucket'))],
    },
    {
      title: 'Acts by VaultConnection',
      kind: 'timeseries',
      unit: 'ops',
      queries: [rate('vault_connection', metric('vso_client_operations_total'))],
    },
    {
      title: 'Acts that found a token at hand',
      kind: 'timeseries',
      unit: 'percentunit',
      queries: [
        {
          expr:
            `sum(increase(${metric('vso_client_cache_hits')}[1h])) / ` +
            `(sum(increase(${metric('vso_client_cache_hits')}[1h])) + sum(increase(${metric('vso_client_cache_misses')}[1h])))`,
          legend: 'share',
        },
      ],
    },
  ],
};

const WORK: Row = {
  title: 'Work',
  panels: [
    {
      title: 'Restarts of workloads',
      kind: 'timeseries',
      unit: 'ops',
      queries: [rate('kind, result', mine('restarts_total'))],
    },
    {
      title: 'Waiting objects',
      kind: 'timeseries',
      unit: 'none',
      queries: [
        { expr: `max by (priority) (${metric('workqueue_depth')})`, legend: '{{priority}}' },
      ],
    },
    {
      title: 'Slowest hundredth of the waits',
      kind: 'timeseries',
      unit: 's',
      queries: [slowest('priority', metric('workqueue_queue_duration_seconds_bucket'))],
    },
    {
      title: 'Slowest hundredth of the reconciles',
      kind: 'timeseries',
      unit: 's',
      queries: [slowest('controller', metric('controller_runtime_reconcile_time_seconds_bucket'))],
    },
    {
      title: 'Reconciles',
      kind: 'timeseries',
      unit: 'ops',
      queries: [rate('controller, result', metric('controller_runtime_reconcile_total'))],
    },
    {
      title: 'Longest reconcile under way',
      kind: 'timeseries',
      unit: 's',
      queries: [
        {
          expr: `max by (pod) (${metric('workqueue_longest_running_processor_seconds')})`,
          legend: '{{pod}}',
        },
      ],
    },
  ],
};

const PROCESS: Row = {
  title: 'Kubernetes and the process',
  panels: [
    {
      title: 'Requests to the API server',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [rate('verb, resource', mine('kubernetes_requests_total'))],
    },
    {
      title: 'Failures in a row of watches',
      kind: 'timeseries',
      unit: 'none',
      queries: [{ expr: `max by (resource) (${mine('watch_failures')})`, legend: '{{resource}}' }],
    },
    {
      title: 'Event loop lag',
      kind: 'timeseries',
      unit: 's',
      queries: [
        { expr: ofProcess('nodejs_eventloop_lag_p99_seconds'), legend: '{{pod}} p99' },
        { expr: ofProcess('nodejs_eventloop_lag_max_seconds'), legend: '{{pod}} max' },
      ],
    },
    {
      title: 'CPU',
      kind: 'timeseries',
      unit: 'percentunit',
      queries: [
        {
          expr: ofProcess('rate(process_cpu_seconds_total[$__rate_interval])'),
          legend: '{{pod}}',
        },
      ],
    },
    {
      title: 'Memory',
      kind: 'timeseries',
      unit: 'bytes',
      queries: [
        { expr: ofProcess('process_resident_memory_bytes'), legend: '{{pod}} resident' },
        { expr: ofProcess('nodejs_heap_size_used_bytes'), legend: '{{pod}} heap' },
      ],
    },
    {
      title: 'Versions',
      kind: 'table',
      unit: 'none',
      queries: [{ expr: `count by (git_version, git_commit) (${metric('vso_build_info')})` }],
    },
  ],
};

export const ROWS: readonly Row[] = [OVERVIEW, OBJECTS, LEASES, VAULT, WORK, PROCESS];
