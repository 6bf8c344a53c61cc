/**
 * Objects that VSO left carry its finalizers, which would hold up their deletion for ever. They are taken off before
 * anything else, and what hinders that never hinders the rest: it is told, and tried again.
 */
import type { Outcome, Reconcile, ReconcileContext } from '../runtime/controller.ts';
import { refOf } from './dependants.ts';
import type { Deps } from './deps.ts';
import type { StoredObject } from './ports.ts';
import { caught } from './report.ts';

/** Only a person can help as a rule, and a look costs a call of Vault. */
const AGAIN_MS = 600_000;

export function withoutInheritedFinalizers(deps: Deps, reconcile: Reconcile): Reconcile {
  return async (ref, context) => {
    const stored = deps.store.get(ref);
    const areOff = !stored || (await takeOff(deps, stored, context));
    const outcome = await reconcile(ref, context);
    return areOff ? outcome : noLaterThan(outcome, deps.clock.now() + AGAIN_MS);
  };
}

async function takeOff(
  deps: Deps,
  stored: StoredObject,
  context: ReconcileContext,
): Promise<boolean> {
  try {
    await deps.objects.stripFinalizers(stored, context.signal);
    return true;
  } catch (thrown) {
    const { kind, reason, message } = caught(thrown, context);
    context.observer.log('warn', "VSO's finalizer is still there", { reason, message });
    if (kind !== 'transient') tell(deps, stored, reason, message);
    return false;
  }
}

function tell(deps: Deps, stored: StoredObject, reason: string, why: string): void {
  const about = { ...refOf(stored), uid: stored.metadata.uid, apiVersion: stored.apiVersion };
  const message = `the finalizer that VSO left cannot be taken off metadata.finalizers, so a deletion would hang: ${why}`;
  deps.events.emit({ about, type: 'Warning', reason, message });
}

function noLaterThan(outcome: Outcome, at: number): Outcome {
  return { ...outcome, nextAt: Math.min(outcome.nextAt ?? at, at) };
}
