/** What to say of the restart targets, from what this reconcile did or from a look at those that were missing. */

import type { Condition } from '../api/conditions.ts';
import type { RolloutRestartTarget } from '../api/shared.ts';
import type { Target } from '../plan/rollout.ts';
import type { RestartFacts } from '../plan/status.ts';
import { waiting } from '../runtime/fault.ts';
import type { Deps } from './deps.ts';
import { type RestartResult, stillMissing } from './restarts.ts';
import { isRestartPending, targetsOf } from './targets.ts';

interface WithTargets {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly rolloutRestartTargets?: readonly RolloutRestartTarget[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Undefined: nothing new. */
export async function restartFacts(
  deps: Deps,
  object: WithTargets,
  result: RestartResult | undefined,
  signal: AbortSignal,
): Promise<RestartFacts | undefined> {
  const targets = targetsOf(object);
  if (targets.length === 0) return { kind: 'none' };
  if (result?.fault) return { kind: 'failed', fault: result.fault };
  if (!result && !isRestartPending(object)) return undefined;
  const missing = result?.missing ?? (await stillMissing(deps, targets, signal));
  if (missing.length > 0) return { kind: 'failed', fault: missingFault(missing) };
  return { kind: 'restarted', targets: targets.length };
}

function missingFault(missing: readonly Target[]) {
  const names = missing.map(({ kind, name }) => `${kind}/${name}`).join(', ');
  return waiting(
    'RestartTargetMissing',
    `spec.rolloutRestartTargets names ${names}, which does not exist; create it or remove the target`,
  ).fault;
}
