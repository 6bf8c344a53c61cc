/**
 * Verdicts joined to the conditions that an object has, and a status to the one that is stored, so that what is
 * equal is not written. Knows nothing of what the conditions mean.
 */
import type { Condition, ConditionType, Verdict } from '../../api/conditions.ts';

interface Moment {
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** metadata.generation of the object that was judged. */
  readonly generation: number;
  /** Types that no longer apply. */
  readonly retracted?: readonly ConditionType[];
}

/** Kubernetes takes 32768; what is longer than this is no message. */
const LONGEST_MESSAGE = 4096;

/**
 * One condition per type: the verdicts, then the types of others as they were. lastTransitionTime moves only when the
 * status does. The very array that came in is returned when nothing changed.
 */
export function mergeConditions(
  old: readonly Condition[],
  verdicts: readonly Verdict[],
  moment: Moment,
): readonly Condition[] {
  const judged = verdicts.map((verdict) => conditionOf(verdict, old, moment));
  const settled = new Set<string>([
    ...verdicts.map(({ type }) => type),
    ...(moment.retracted ?? []),
  ]);
  const merged = [...judged, ...latestOfEach(old.filter(({ type }) => !settled.has(type)))];
  return isSame(old, merged) ? old : merged;
}

/**
 * A merge patch of the status, or undefined when there is nothing to write. `wanted` holds the fields we speak about:
 * undefined removes one, a field that is not in it stays. Nested objects become exactly what is wanted.
 */
export function changedStatus(
  old: Readonly<Record<string, unknown>> | undefined,
  wanted: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const before = old ?? {};
  const changes = Object.entries(wanted)
    .filter(([field, value]) => !isSame(before[field], value))
    .map(([field, value]) => [field, patchOf(before[field], value)]);
  return changes.length > 0 ? Object.fromEntries(changes) : undefined;
}

/** Older writers left several conditions of one type; the one with our status has the time that counts. */
function conditionOf(verdict: Verdict, old: readonly Condition[], moment: Moment): Condition {
  const { type, status, reason } = verdict;
  const before = old.find((each) => each.type === type && each.status === status);
  return {
    type,
    status,
    reason,
    message: verdict.message.slice(0, LONGEST_MESSAGE),
    lastTransitionTime: before?.lastTransitionTime ?? moment.now,
    observedGeneration: moment.generation,
  };
}

function latestOfEach(conditions: readonly Condition[]): readonly Condition[] {
  const latest = new Map<string, Condition>();
  for (const condition of conditions) {
    const other = latest.get(condition.type);
    if (!other || condition.lastTransitionTime >= other.lastTransitionTime)
      latest.set(condition.type, condition);
  }
  return [...latest.values()];
}

function patchOf(before: unknown, wanted: unknown): unknown {
  if (wanted === undefined) return null;
  if (!isObject(before) || !isObject(wanted) || Array.isArray(wanted)) return wanted;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(wanted)])];
  return Object.fromEntries(fields.map((field) => [field, wanted[field] ?? null]));
}

/** Equality of JSON: the order of keys and prototypes mean nothing, and an undefined field is an absent one. */
function isSame(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
    isSame(a[key], b[key]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
