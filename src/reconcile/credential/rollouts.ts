/**
 * How far the workloads are that a replaced credential waits for. What was seen of their steps stays in memory: whoever
 * looks for the first time takes them to be on their way.
 */
import type { LedgerRecord, RecordTarget, Retirement } from '../../ledger/record.ts';
import type { RetiringFacts } from '../../plan/credential/give-back.ts';
import { hasRolledOut, isRolling, stepOf } from '../../plan/rollout.ts';
import type { Deps } from '../deps.ts';

type Rollouts = Pick<RetiringFacts, 'hasTargets' | 'rolledOut' | 'rolling'>;

export async function rolloutsOf(
  deps: Deps,
  record: LedgerRecord,
  { why, targets, successor }: Retirement,
  signal: AbortSignal,
): Promise<Rollouts> {
  const hasTargets = targets.length > 0;
  if (why !== 'replaced' || !hasTargets) return { hasTargets, rolledOut: false, rolling: false };
  const looks = targets.map((target) => look(deps, record, successor, target, signal));
  const seen = await Promise.all(looks);
  return {
    hasTargets,
    rolledOut: seen.every((each) => each === 'done'),
    rolling: seen.includes('rolling'),
  };
}

export function forgetRollouts({ steps }: Deps, { revision }: LedgerRecord): void {
  steps.delete(revision);
}

/** A target that cannot be read counts as stuck: the overlap ends the wait. */
async function look(
  deps: Deps,
  { owner, revision }: LedgerRecord,
  successor: string,
  target: RecordTarget,
  signal: AbortSignal,
): Promise<'done' | 'rolling' | 'stuck'> {
  const { namespace } = owner;
  const workload = await deps.workloads.read({ ...target, namespace }, signal).catch(() => null);
  if (!workload) return 'stuck';
  if (hasRolledOut(workload, owner, successor)) return 'done';
  const now = deps.clock.now();
  const steps = deps.steps.get(revision) ?? new Map();
  const key = `${target.kind}/${target.name}`;
  const step = stepOf(workload, steps.get(key), now);
  deps.steps.set(revision, steps.set(key, step));
  return isRolling(workload, step, now) ? 'rolling' : 'stuck';
}
