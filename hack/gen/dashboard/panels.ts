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
  /** In Grafana's units, where what is usual for the kind would be too much. */
  readonly height?: number;
  /** Of a table's values; without one they say nothing and are not shown. */
  readonly valueHeading?: string;
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
  return { expr: `sum by (${by}) (rate(${series}[$__rate_interval]))`, legend: legendOf(by) };
}

function legendOf(labels: string): string {
  const names = labels.split(', ').map((label) => `{{${label}}}`);
  return names.join(' ');
}

function slowest(by: string, series: string): Query {
  const expr = `histogram_quantile(0.99, sum by (${by}, le) (rate(${series}[$__rate_interval])))`;
  return { expr, legend: `{{${by}}}` };
}

/** Node's own figures have no label that tells whose process it is. */
function ofProcess(series: string, name: string): Query {
  const expr = `${series} and on (job, instance) ${metric('vso_build_info')}`;
  return { expr, legend: `{{pod}} ${name}` };
}

type Extra = Pick<Panel, 'note' | 'redFrom' | 'redBelow' | 'valueHeading' | 'height'>;

function stat(title: string, unit: string, expr: string, extra: Extra = {}): Panel {
  return { title, kind: 'stat', unit, queries: [{ expr }], ...extra };
}

function graph(title: string, unit: string, queries: readonly Query[], extra: Extra = {}): Panel {
  return { title, kind: 'timeseries', unit, queries, ...extra };
}

function table(title: string, unit: string, expr: string, extra: Extra = {}): Panel {
  return { title, kind: 'table', unit, queries: [{ expr }], ...extra };
}

/** One line for each set of these labels. */
function lines(by: string, join: 'max' | 'min', series: string): Query {
  return { expr: `${join} by (${by}) (${series})`, legend: legendOf(by) };
}

/** Seconds from the earliest of these instants until now. */
function ago(by: string, series: string): Query {
  return { expr: `time() - min by (${by}) (${series})`, legend: legendOf(by) };
}

/** Seconds until the earliest of these instants. */
function ahead(by: string, series: string): Query {
  return { expr: `min by (${by}) (${series}) - time()`, legend: legendOf(by) };
}

const FEW = { note: 'Empty where there are more objects than --metrics-per-object.' };

const OVERVIEW: Row = {
  title: 'Overview',
  panels: [
    stat(
      'Objects ready',
      'none',
      `sum(max by (kind, reason) (${mine('objects', 'ready="true"')}))`,
    ),
    stat(
      'Objects not ready',
      'none',
      `sum(max by (kind, ready, reason) (${mine('objects', 'ready!="true"')})) or vector(0)`,
      { redFrom: 1 },
    ),
    stat('Objects overdue', 'none', `sum(max by (kind) (${mine('objects_overdue')}))`, {
      redFrom: 1,
      note: 'Nothing has gone well for more than twice the time between two looks.',
    }),
    stat(
      'Credentials closing or ended',
      'none',
      `sum(max by (kind, phase) (${mine('credentials', 'phase!="living"')}))`,
      { redFrom: 1 },
    ),
    stat(
      'First credential ends in',
      's',
      `min(${mine('credential_expiry_timestamp_seconds')}) - time()`,
      { redBelow: 60 },
    ),
    stat('Replicas that lead', 'none', `sum(${metric('leader_election_master_status')})`, {
      redBelow: 1,
    }),
  ],
};

const OBJECTS: Row = {
  title: 'Objects',
  panels: [
    graph('Readiness and reason', 'none', [lines('kind, ready, reason', 'max', mine('objects'))]),
    graph('Not ready since', 's', [ago('kind', mine('not_ready_since_timestamp_seconds'))], {
      note: 'Of the object that has waited longest.',
    }),
    graph('Last success ago', 's', [ago('kind', mine('last_success_timestamp_seconds'))], {
      note: 'Of the object for which it is longest ago, among those that are looked at regularly.',
    }),
    graph('Paused', 'none', [lines('kind', 'max', mine('objects_paused'))]),
    graph('Next look in', 's', [ahead('kind', mine('next_action_timestamp_seconds'))]),
    graph('Comparisons with Vault', 'ops', [rate('kind, result', mine('syncs_total'))]),
    graph('Failures by class', 'ops', [rate('class', mine('failures_total'))]),
    table(
      'Objects that are not ready',
      'none',
      `max by (kind, object_namespace, object_name, reason) (${mine('object_ready')}) == 0`,
      FEW,
    ),
    table(
      'Time until the credential ends',
      's',
      `sort(min by (kind, object_namespace, object_name) (${mine('object_expiry_timestamp_seconds')}) - time())`,
      { ...FEW, valueHeading: 'left' },
    ),
  ],
};

const LEASES: Row = {
  title: 'Leases and certificates',
  panels: [
    graph('First end by kind', 's', [
      ahead('kind', mine('credential_expiry_timestamp_seconds')),
      {
        ...ahead('owner', mine('token_expiry_timestamp_seconds')),
        legend: 'token of {{owner}}',
      },
    ]),
    graph('Credentials by phase', 'none', [lines('kind, phase', 'max', mine('credentials'))]),
    graph('Renewals', 'ops', [rate('result', mine('renewals_total'))]),
    graph('Issued and given back', 'ops', [
      rate('result', mine('issues_total')),
      rate('result', mine('give_backs_total')),
    ]),
    graph('Ledger', 'none', [lines('state', 'max', mine('ledger_records'))]),
    graph('Age of the oldest record to give back', 's', [
      ago('state', mine('ledger_oldest_timestamp_seconds')),
    ]),
  ],
};

const LOGINS = 'operation="auth/:mount/login"';
const HITS = `sum(increase(${metric('vso_client_cache_hits')}[1h]))`;
const MISSES = `sum(increase(${metric('vso_client_cache_misses')}[1h]))`;

const VAULT: Row = {
  title: 'Vault',
  panels: [
    graph('Requests by code', 'reqps', [rate('code', mine('vault_requests_total'))]),
    graph('Requests by route', 'reqps', [rate('operation', mine('vault_requests_total'))]),
    graph('Logins by code', 'reqps', [rate('code', mine('vault_requests_total', LOGINS))]),
    graph('Slowest hundredth of the acts', 's', [
      slowest('operation', metric('vso_client_operations_time_seconds_bucket')),
    ]),
    graph('Acts by VaultConnection', 'ops', [
      rate('vault_connection', metric('vso_client_operations_total')),
    ]),
    graph('Acts that found a token at hand', 'percentunit', [
      { expr: `${HITS} / (${HITS} + ${MISSES})`, legend: 'share' },
    ]),
  ],
};

const WORK: Row = {
  title: 'Work',
  panels: [
    graph('Restarts of workloads', 'ops', [rate('kind, result', mine('restarts_total'))]),
    graph('Waiting objects', 'none', [lines('priority', 'max', metric('workqueue_depth'))]),
    graph('Slowest hundredth of the waits', 's', [
      slowest('priority', metric('workqueue_queue_duration_seconds_bucket')),
    ]),
    graph('Slowest hundredth of the reconciles', 's', [
      slowest('controller', metric('controller_runtime_reconcile_time_seconds_bucket')),
    ]),
    graph('Reconciles', 'ops', [
      rate('controller, result', metric('controller_runtime_reconcile_total')),
    ]),
    graph('Longest reconcile under way', 's', [
      lines('pod', 'max', metric('workqueue_longest_running_processor_seconds')),
    ]),
  ],
};

const PROCESS: Row = {
  title: 'Kubernetes and the process',
  panels: [
    graph('Requests to the API server', 'reqps', [
      rate('verb, resource', mine('kubernetes_requests_total')),
    ]),
    graph('Failures in a row of watches', 'none', [
      lines('resource', 'max', mine('watch_failures')),
    ]),
    graph('Event loop lag', 's', [
      ofProcess('nodejs_eventloop_lag_p99_seconds', 'p99'),
      ofProcess('nodejs_eventloop_lag_max_seconds', 'max'),
    ]),
    graph('CPU', 'percentunit', [
      ofProcess('rate(process_cpu_seconds_total[$__rate_interval])', 'CPU'),
    ]),
    graph('Memory', 'bytes', [
      ofProcess('process_resident_memory_bytes', 'resident'),
      ofProcess('nodejs_heap_size_used_bytes', 'heap'),
    ]),
    table('Versions', 'none', `count by (git_version, git_commit) (${metric('vso_build_info')})`, {
      valueHeading: 'replicas',
      height: 4,
    }),
  ],
};

export const ROWS: readonly Row[] = [OVERVIEW, OBJECTS, LEASES, VAULT, WORK, PROCESS];
