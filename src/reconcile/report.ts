/**
 * The end of every reconcile: facts become conditions and events, and the status is patched only when it changed.
 * An operator that is only starting says nothing, so that a restart leaves every status as it was.
 */
import type { Condition } from '../api/conditions.ts';
import { pauseEvent } from '../plan/pause.ts';
import { changedStatus, mergeConditions } from '../plan/status/conditions.ts';
import type { Summary } from '../plan/status/status.ts';
import { type EventText, transitionEvent, warningEvent } from '../plan/status/transition.ts';
import type { Next, Outcome, ReconcileContext } from '../runtime/controller.ts';
import { type Fault, faultOf } from '../runtime/fault.ts';
import { rfc3339 } from '../runtime/instant.ts';
import { STARTING } from './access/connections.ts';
import { passOnTrouble } from './access/vault-trouble.ts';
import { refOf } from './dependants.ts';
import type { Deps } from './deps.ts';
import type { StoredObject } from './ports.ts';

export interface Report {
  readonly stored: StoredObject;
  readonly summary: Summary;
  /** Status fields besides the conditions; undefined removes one. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly fault: Fault | undefined;
  /** Beside the one that a change of conditions deserves. */
  readonly events: readonly EventText[];
}

/** Writes what changed and returns the outcome. Throws when the status cannot be written. */
export async function finish(
  deps: Deps,
  report: Report,
  next: Next & { readonly retryBefore?: number },
  context: ReconcileContext,
): Promise<Outcome> {
  const { fault } = report;
  if (fault?.reason === STARTING) return { kind: 'settled', ...next };
  if (fault) passOnTrouble(deps, report.stored, fault);
  await writeStatus(deps, report, context);
  return fault ? { kind: 'failed', fault, ...next } : { kind: 'settled', ...next };
}

/** The fault in what a reconcile threw. What nobody classified is logged with its stack; an aborted reconcile is not ours to judge. */
export function caught(thrown: unknown, { observer, signal }: ReconcileContext): Fault {
  const fault = faultOf(thrown);
  if (fault.kind !== 'bug') return fault;
  if (signal.aborted) throw thrown;
  observer.log('error', 'the reconcile threw', {}, thrown);
  return fault;
}

async function writeStatus(deps: Deps, report: Report, context: ReconcileContext): Promise<void> {
  const { stored, summary, fault } = report;
  const before = conditionsOf(stored);
  const isPaused = summary.verdicts.some(({ type }) => type === 'Paused');
  const after = mergeConditions(before, summary.verdicts, {
    now: rfc3339(deps.clock.now()),
    generation: stored.metadata.generation,
    retracted: isPaused ? summary.retracted : [...summary.retracted, 'Paused'],
  });
  const wanted = { ...unwritten(stored), ...report.fields, conditions: after };
  const patch = changedStatus(statusOf(stored), wanted);
  const ref = refOf(stored);
  if (patch) await deps.objects.patchStatus(ref, stored.metadata.uid, patch, context.signal);
  const failures = fault ? context.attempt + 1 : 0;
  const change = transitionEvent({ before, after, fault, failures });
  const { uid } = stored.metadata;
  const about = { ...ref, uid, apiVersion: stored.apiVersion };
  const others = [change, pauseEvent(before, after), warningEvent(before, after)];
  for (const event of [...report.events, ...others])
    if (event) deps.events.emit({ about, ...event });
}

/**
 * What VSO's definitions require of a status: while those are installed, a status without is refused. A zero says that
 * it never happened.
 */
const REQUIRED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  VaultStaticSecret: { lastGeneration: 0 },
  VaultDynamicSecret: { lastGeneration: 0, lastRenewalTime: 0 },
  VaultPKISecret: { lastGeneration: 0, lastRotation: 0 },
};

function unwritten(stored: StoredObject): Readonly<Record<string, unknown>> {
  const fields = Object.entries(REQUIRED[stored.kind] ?? {});
  return Object.fromEntries(fields.filter(([field]) => statusOf(stored)[field] === undefined));
}

function statusOf({ status }: StoredObject): Readonly<Record<string, unknown>> {
  return Object(status);
}

export function conditionsOf(stored: StoredObject): readonly Condition[] {
  const conditions = statusOf(stored)['conditions'];
  return Array.isArray(conditions) ? conditions : [];
}
