/**
 * Objects that are paused are not reconciled. Says so in a condition, once; what a kind must go on with meanwhile is
 * its own business.
 */
import { type PausedBy, pausedBy, summarisePause } from '../plan/pause.ts';
import type { Outcome, Reconcile, ReconcileContext } from '../runtime/controller.ts';
import type { Deps } from './deps.ts';
import type { StoredObject } from './ports.ts';
import { conditionsOf, finish } from './report.ts';

type WhilePaused = (
  deps: Deps,
  stored: StoredObject,
  by: PausedBy,
  context: ReconcileContext,
) => Promise<Outcome>;

export function unlessPaused(
  deps: Deps,
  reconcile: Reconcile,
  whilePaused: WhilePaused = rest,
): Reconcile {
  return async (ref, context) => {
    const stored = deps.store.get(ref);
    const { annotations } = stored?.metadata ?? {};
    const by = pausedBy(annotations, deps.namespaces.annotations(ref.namespace));
    if (!stored || !by) return reconcile(ref, context);
    return whilePaused(deps, stored, by, context);
  };
}

function rest(
  deps: Deps,
  stored: StoredObject,
  by: PausedBy,
  context: ReconcileContext,
): Promise<Outcome> {
  const summary = summarisePause({ by, before: conditionsOf(stored) });
  return finish(deps, { stored, fault: undefined, summary, fields: {}, events: [] }, {}, context);
}
