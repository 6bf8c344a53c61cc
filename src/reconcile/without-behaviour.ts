/**
 * Kinds that this version stores and does not act on: a SecretTransformation says so in its conditions. A
 * VaultAuthGlobal has no conditions; what is wrong with it is told by an event, once per change and per start of
 * the operator.
 */
import { healthOf } from '../plan/status/status.ts';
import type { Outcome, ReconcileContext } from '../runtime/controller.ts';
import type { Fault } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import { refOf } from './dependants.ts';
import type { Deps } from './deps.ts';
import { checked } from './load.ts';
import { caught, finish } from './report.ts';

export async function reconcileTransformation(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) return { kind: 'settled' };
  const fault = problemOf(() => checked('SecretTransformation', stored), context);
  const summary = { verdicts: healthOf({ usable: false, fault }), retracted: [] };
  const fields = { valid: false, error: fault?.message ?? '' };
  return finish(deps, { stored, fault, summary, fields, events: [] }, {}, context);
}

export async function reconcileAuthGlobal(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  const fault = stored && problemOf(() => checked('VaultAuthGlobal', stored), context);
  if (!stored || !fault) return { kind: 'settled' };
  const about = { ...refOf(stored), uid: stored.metadata.uid, apiVersion: stored.apiVersion };
  const { reason, message } = fault;
  if (context.attempt === 0) deps.events.emit({ about, type: 'Warning', reason, message });
  return { kind: 'failed', fault };
}

function problemOf(check: () => unknown, context: ReconcileContext): Fault | undefined {
  try {
    check();
    return undefined;
  } catch (thrown) {
    return caught(thrown, context);
  }
}
