/** What to say of the restart targets, from what this reconcile did or from a look at those that were missing. */

import type { Condition } from '../../api/conditions.ts';
import type { RolloutRestartTarget } from '../../api/shared.ts';
import type { Target } from '../../plan/rollout.ts';
import type { RestartFacts } from '../../plan/status/status.ts';
import { faultOf, waiting } from '../../runtime/fault.ts';
import type { Deps } from '../deps.ts';
import { type RestartResult, stillMissing } from './restarts.ts';
import { isRestartPending, targetsOf } from './targets.ts';

interface WithTargets {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly rolloutRestartTargets?: readonly RolloutRestartTarget[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Undefined: nothing new. `result` is absent when nothing was to be restarted, not when it could not be. Never throws. */
export async function restartFacts(
  deps: Deps,
  object: WithTargets,
  result: RestartResult | undefined,
  signal: AbortSignal,
): Promise<RestartFacts | undefined> {
  const targets = targetsOf(object);
  if (targets.length === 0) return { kind: 'none' };
  if (result) return factsOf(result, targets.length);
  return isRestartPending(object) ? factsLater(deps, targets, signal) : undefined;
}

function factsOf({ fault, missing }: RestartResult, targets: number): RestartFacts {
  if (fault) return { kind: 'failed', fault };
  if (missing.length > 0) return { kind: 'failed', fault: missingFault(missing) };
  return { kind: 'restarted', targets };
}

/** A target that came later started with the new Secret, so there is nothing to restart, nor to tell any more. */
async function factsLater(
  deps: Deps,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<RestartFacts> {
  try {
    const missing = await stillMissing(deps, targets, signal);
    return missing.length > 0 ? { kind: 'failed', fault: missingFault(missing) } : { kind: 'none' };
  } catch (thrown) {
    return { kind: 'failed', fault: faultOf(thrown) };
  }
}

function missingFault(missing: readonly Target[]) {
  const names = missing.map(({ kind, name }) => `${kind}/${name}`).join(', ');
  return waiting(
    'RestartTargetMissing',
    `spec.rolloutRestartTargets names ${names}, which does not exist; create it or remove the target`,
  ).fault;
}
