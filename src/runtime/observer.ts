/**
 * What the machinery tells the outside: log lines, counts, durations. Promises that every name and label is
 * one of the few below, so no series grows with what users write; refuses to know who listens.
 */
import type { FaultKind } from './fault.ts';
import type { Lane } from './lanes.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Only plain values, so that no object with a secret somewhere inside can be handed over by mistake. */
export type LogKeys = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface Observer {
  /** `sentence` is constant; what varies goes into `keys`. Of `thrown` only name, code, stack and a fault's own text are shown. */
  log(level: LogLevel, sentence: string, keys?: LogKeys, thrown?: unknown): void;
  /** Adds one, or `by`. */
  count<M extends keyof Counters>(metric: M, labels: Counters[M], by?: number): void;
  observe<M extends keyof Histograms>(metric: M, seconds: number, labels: Histograms[M]): void;
  /** The same observer, whose log lines all carry these keys. */
  with(keys: LogKeys): Observer;
}

type ReconcileResult = 'success' | 'requeue_after' | 'error';
/** One namespace/name of a VaultConnection: as many series as there are connections, as with VSO. */
export interface ClientOperation {
  readonly operation: 'login' | 'renew' | 'read' | 'write' | 'revoke';
  readonly vault_connection: string;
}

/** Names of controller-runtime and VSO where they have one, so that dashboards go on working; ours otherwise. */
export interface Counters {
  /** `controller` is the kind in lower case. */
  readonly controller_runtime_reconcile_total: {
    readonly controller: string;
    readonly result: ReconcileResult;
  };
  readonly controller_runtime_reconcile_errors_total: { readonly controller: string };
  /** Failures that are not tried again until the object changes. */
  readonly controller_runtime_terminal_reconcile_errors_total: { readonly controller: string };
  /** `class`: see FaultKind. */
  readonly vault_lease_operator_failures_total: {
    readonly controller: string;
    readonly class: FaultKind;
  };
  readonly vso_client_operations_total: ClientOperation;
  readonly vso_client_operations_errors_total: ClientOperation;
  readonly vso_client_cache_hits: NoLabels;
  readonly vso_client_cache_misses: NoLabels;
  readonly vault_lease_operator_syncs_total: {
    readonly kind: string;
    readonly result: 'written' | 'unchanged' | 'failed';
  };
  readonly vault_lease_operator_renewals_total: {
    readonly result: 'kept' | 'truncated' | 'gone' | 'failed';
  };
  /** unknown: the reply was lost, so a credential may exist; its token is given back. */
  readonly vault_lease_operator_issues_total: { readonly result: 'issued' | 'failed' | 'unknown' };
  /** dead: Vault said so; expired: its time ran out by our own clock; left: nothing was to be undone; orphaned: could not be given back before its end. */
  readonly vault_lease_operator_give_backs_total: {
    readonly result: 'revoked' | 'dead' | 'left' | 'expired' | 'orphaned';
  };
  /** `kind` of the workload. */
  readonly vault_lease_operator_restarts_total: {
    readonly kind: 'Deployment' | 'DaemonSet' | 'StatefulSet' | 'argo.Rollout';
    readonly result: 'stamped' | 'missing' | 'failed';
  };
  /** `code`: the HTTP status, or "none" when no answer came. `resource` is a plural, never a path. */
  readonly vault_lease_operator_kubernetes_requests_total: {
    readonly verb: string;
    readonly resource: string;
    readonly code: string;
  };
  /** `operation`: a route template such as "auth/:mount/login", never a path. */
  readonly vault_lease_operator_vault_requests_total: {
    readonly operation: string;
    readonly code: string;
  };
  readonly vault_lease_operator_watch_relists_total: { readonly resource: string };
}

export interface Histograms {
  /** How long a key stood in line. */
  readonly workqueue_queue_duration_seconds: {
    readonly name: 'reconcile';
    readonly priority: Lane;
  };
  readonly controller_runtime_reconcile_time_seconds: { readonly controller: string };
  readonly vso_client_operations_time_seconds: ClientOperation;
}

type NoLabels = Readonly<Record<string, never>>;
