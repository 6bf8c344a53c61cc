/**
 * Handing a record over to the give-back: from here on its own queue key owns it.
 */
import type { RetireReason } from '../../ledger/record.ts';
import type { Target } from '../../plan/rollout.ts';
import { FaultError } from '../../runtime/fault.ts';
import type { Deps } from '../deps.ts';
import { targetsOf } from '../destination/targets.ts';
import { recordRef } from './give-back.ts';
import type { Turn } from './turn.ts';

/**
 * A replaced credential waits for the workloads of its object to run with the successor. A record of another uid is
 * one of an earlier object, unless the watch lags behind and shows us the earlier one: a live read tells.
 */
export async function retireRecord(
  { deps, situation, context }: Turn,
  revision: string,
  why: RetireReason,
  successor: string,
): Promise<void> {
  if (why === 'owner-gone') await refuseWhileThere(deps, revision, context.signal);
  const targets = why === 'replaced' ? targetsOf(situation.object) : [];
  await retire(deps, { revision, why, successor, targets }, context.signal);
}

async function refuseWhileThere(deps: Deps, revision: string, signal: AbortSignal): Promise<void> {
  const owner = deps.book.get(revision)?.owner;
  if (!owner || (await deps.objects.exists(owner, owner.uid, signal)) === 'gone') return;
  throw new FaultError({
    kind: 'transient',
    reason: 'KubernetesConflict',
    message: `${owner.kind} ${owner.name} was made anew and the watch has not shown it yet`,
  });
}

interface Retiring {
  readonly revision: string;
  readonly why: RetireReason;
  readonly successor: string;
  /** Workloads that must run with the successor first. */
  readonly targets: readonly Target[];
}

export async function retire(deps: Deps, retiring: Retiring, signal: AbortSignal): Promise<void> {
  const { revision, why, successor } = retiring;
  const at = deps.clock.now();
  const targets = retiring.targets.map(({ kind, name }) => ({ kind, name }));
  await deps.book.retire(revision, { why, at, successor, targets }, signal);
  deps.held.drop(revision);
  deps.wake(recordRef(deps, revision), 'refresh');
}
