/**
 * The story of the pause after a restore of the cluster: put it on record, look now and again whether a person took
 * the record away or the quiet period is over, and then let everything be given back that waits.
 */
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import { rfc3339 } from '../../runtime/instant.ts';
import type { Ref } from '../../runtime/ref.ts';
import type { Deps } from '../deps.ts';
import { recordRef } from './give-back.ts';

/** Kind of the queue key: not a Kubernetes kind. */
export const GIVE_BACK_PAUSE = 'GiveBackPause';

/** How soon a person's word is heard. */
const POLL_MS = 10_000;

export function pauseRef(operatorNamespace: string): Ref {
  return { kind: GIVE_BACK_PAUSE, namespace: operatorNamespace, name: 'pause' };
}

export async function reconcilePause(deps: Deps, context: ReconcileContext): Promise<Outcome> {
  const { clock, pause } = deps;
  const { observer, signal } = context;
  const plan = await pause.look(clock.now(), signal);
  switch (plan.kind) {
    case 'none':
      return { kind: 'settled' };
    case 'begin':
      observer.log('warn', 'the cluster was restored from a backup: giving back pauses', {
        reason: 'ClusterRestored',
        until: rfc3339(plan.until),
      });
      return { kind: 'settled', nextAt: clock.now() + POLL_MS };
    case 'wait':
      return { kind: 'settled', nextAt: Math.min(plan.until, clock.now() + POLL_MS) };
    case 'over':
    case 'confirmed':
      observer.log('info', 'the pause of giving back is over', { because: plan.kind });
      wakeRetiring(deps);
      return { kind: 'settled' };
  }
}

function wakeRetiring(deps: Deps): void {
  for (const { state, revision } of deps.book.all())
    if (state === 'retiring') deps.wake(recordRef(deps, revision), 'refresh');
}
