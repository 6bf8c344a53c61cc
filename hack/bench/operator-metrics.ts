/** What the operator's own /metrics say: its calls to Kubernetes, its syncs, its CPU time. */
import { type Calls, callsOf } from './calls.ts';

export interface OperatorMetrics {
  /**
   * By verb and plural. Without what goes on whatever there is to do: watches, the leader's Lease, and the CA that is
   * read for each probe of a VaultConnection, once a minute.
   */
  readonly kubernetes: Calls;
  /** Milliseconds on a CPU since the process began. */
  readonly cpuMs: number;
  readonly residentMiB: number;
}

const REQUEST =
  /^vault_lease_operator_kubernetes_requests_total\{verb="(\w+)",resource="(\w+)",[^}]*\} (\d+)$/gmu;
const PROBE =
  /^vault_lease_operator_vault_requests_total\{operation="sys\/health",[^}]*\} (\d+)$/gmu;

export function operatorMetrics(text: string): OperatorMetrics {
  const requests = [...text.matchAll(REQUEST)].map(
    ([, verb = '', resource = '', count]) => [`${verb} ${resource}`, Number(count)] as const,
  );
  const probes = [...text.matchAll(PROBE)].map(
    ([, count]) => ['get secrets', -Number(count)] as const,
  );
  const upkeep = /^watch | leases$/u;
  return {
    kubernetes: callsOf([...requests.filter(([name]) => !upkeep.test(name)), ...probes]),
    cpuMs: valueOf(text, 'process_cpu_seconds_total') * 1_000,
    residentMiB: valueOf(text, 'process_resident_memory_bytes') / 1_048_576,
  };
}

function valueOf(text: string, metric: string): number {
  const found = new RegExp(`^${metric} (\\S+)$`, 'mu').exec(text)?.[1];
  if (found === undefined) throw new Error(`the operator's metrics lack ${metric}`);
  return Number(found);
}
