/** The restart targets of an object, and whether some were left behind. */
import type { Condition } from '../../api/conditions.ts';
import type { RolloutRestartTarget } from '../../api/shared.ts';
import type { Target } from '../../plan/rollout.ts';

interface WithTargets {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly rolloutRestartTargets?: readonly RolloutRestartTarget[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Always in the namespace of the object. */
export function targetsOf({ metadata, spec }: WithTargets): readonly Target[] {
  const { namespace } = metadata;
  return (spec.rolloutRestartTargets ?? []).map((target) => ({ ...target, namespace }));
}

/** An earlier try failed, or found a target missing. */
export function isRestartPending({ status }: WithTargets): boolean {
  const restart = status?.conditions?.find(({ type }) => type === 'RolloutRestart');
  return restart?.status === 'False';
}
