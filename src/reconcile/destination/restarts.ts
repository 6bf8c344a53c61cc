/**
 * Restarts the workloads of an object after its Secret changed. A stamp is idempotent: the same revision written again
 * restarts nothing, so a crash in between is made good by doing it again. Only that of an Argo Rollout comes with the
 * instant of its restart, so it is looked at first.
 */
import {
  planRestart,
  type Restart,
  type RestartPlan,
  restartAnnotation,
  type Target,
  type TargetState,
} from '../../plan/rollout.ts';
import type { EventText } from '../../plan/status/transition.ts';
import { type Fault, faultOf } from '../../runtime/fault.ts';
import type { Observer } from '../../runtime/observer.ts';
import type { Deps } from '../deps.ts';

type Doors = Pick<Deps, 'workloads'>;

export interface RestartResult {
  readonly stamped: readonly Target[];
  readonly missing: readonly Target[];
  /** The first fault; the targets after it were tried all the same. */
  readonly fault: Fault | undefined;
}

export interface RestartScope {
  readonly signal: AbortSignal;
  readonly observer: Observer;
}

/**
 * Stamps the targets. `again`: an earlier try left targets behind, so they are looked at first: one that was created
 * after the write started with the new Secret and is left alone. Never throws: the Secret is written by now.
 */
export async function restartTargets(
  deps: Doors,
  targets: readonly Target[],
  restart: Restart,
  again: boolean,
  scope: RestartScope,
): Promise<RestartResult> {
  try {
    const looksFirst = ({ kind }: Target) => again || kind === 'argo.Rollout';
    const states = await lookAt(deps, targets.filter(looksFirst), scope.signal);
    const { stamp: due, missing } = planRestart(restart, states);
    const chosen = targets.filter((target) => !looksFirst(target) || due.includes(target));
    return await stampAll(deps, { stamp: chosen, missing }, restart, scope);
  } catch (thrown) {
    return { stamped: [], missing: [], fault: faultOf(thrown) };
  }
}

async function stampAll(
  deps: Doors,
  chosen: RestartPlan,
  restart: Restart,
  scope: RestartScope,
): Promise<RestartResult> {
  const annotations = { [restartAnnotation(restart.source)]: restart.revision };
  const tries = chosen.stamp.map((target) => stamp(deps, target, annotations, scope));
  const results = await Promise.all(tries);
  return {
    stamped: chosen.stamp.filter((_, index) => results[index] === 'stamped'),
    missing: [
      ...chosen.missing,
      ...chosen.stamp.filter((_, index) => results[index] === 'missing'),
    ],
    fault: results.find((result): result is Fault => typeof result === 'object'),
  };
}

export function restartEvents({ stamped }: RestartResult): EventText[] {
  if (stamped.length === 0) return [];
  const names = stamped.map(({ kind, name }) => `${kind}/${name}`).join(', ');
  return [{ type: 'Normal', reason: 'RolloutRestartTriggered', message: `restarted ${names}` }];
}

/** Targets that do not exist, of those that a former reconcile missed. */
export async function stillMissing(
  deps: Doors,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<readonly Target[]> {
  const states = await lookAt(deps, targets, signal);
  return states.filter((state) => !state.workload).map((state) => state.target);
}

async function lookAt(
  deps: Doors,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<readonly TargetState[]> {
  return Promise.all(
    targets.map(async (target) => ({
      target,
      workload: await deps.workloads.read(target, signal),
    })),
  );
}

async function stamp(
  deps: Doors,
  target: Target,
  annotations: Readonly<Record<string, string>>,
  { signal, observer }: RestartScope,
): Promise<'stamped' | 'missing' | Fault> {
  const { kind } = target;
  try {
    const result = await deps.workloads.stamp(target, annotations, signal);
    observer.count('vault_lease_operator_restarts_total', { kind, result });
    return result;
  } catch (thrown) {
    observer.count('vault_lease_operator_restarts_total', { kind, result: 'failed' });
    return faultOf(thrown);
  }
}
