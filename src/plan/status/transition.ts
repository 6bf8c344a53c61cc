/**
 * Whether a change of an object's state is worth an event: something that a person sees in `kubectl describe`.
 * A failure is told once, when it has lasted as long as its kind asks for; a recovery is told when it was visible.
 */
import type { Condition } from '../../api/conditions.ts';
import { FAULTS, type Fault } from '../../runtime/fault.ts';
import { sentenceOf } from './status.ts';

interface Transition {
  /** Conditions before this reconcile. */
  readonly before: readonly Condition[];
  /** And after. */
  readonly after: readonly Condition[];
  readonly fault?: Fault | undefined;
  /** Failures in a row, this one included. */
  readonly failures: number;
}

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export function transitionEvent(transition: Transition): EventText | undefined {
  const { fault } = transition;
  if (fault) return failureEvent(fault, transition);
  const recovered =
    statusOf(transition.before) === 'False' && statusOf(transition.after) === 'True';
  return recovered
    ? { type: 'Normal', reason: 'Ready', message: 'the object does what it promises again' }
    : undefined;
}

/** Of the hardened rules: told when it comes, or becomes another. */
export function warningEvent(
  before: readonly Condition[],
  after: readonly Condition[],
): EventText | undefined {
  const [was, is] = [before, after].map((all) => all.find(({ type }) => type === 'Hardened'));
  if (!is || is.reason === was?.reason) return undefined;
  return { type: 'Warning', reason: is.reason, message: is.message };
}

function failureEvent(fault: Fault, transition: Transition): EventText | undefined {
  const { event, eventAfter } = FAULTS[fault.kind];
  const isTold = eventAfter > 1 ? transition.failures !== eventAfter : wasTold(fault, transition);
  return isTold ? undefined : { type: event, reason: fault.reason, message: fault.message };
}

/** The status remembers over restarts of the operator what was told at the first failure, and for which generation. */
function wasTold(fault: Fault, { before, after }: Transition): boolean {
  const told = healthOf(before);
  return (
    told?.status === 'False' &&
    told.message.startsWith(sentenceOf({ ...fault, message: '' })) &&
    told.observedGeneration === healthOf(after)?.observedGeneration
  );
}

function healthOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(({ type }) => type === 'Healthy');
}

function statusOf(conditions: readonly Condition[]): string | undefined {
  return conditions.find(({ type }) => type === 'Ready')?.status;
}
