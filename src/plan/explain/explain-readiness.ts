/** In one word how an object is, and in one sentence what it waits for. */
import type { Condition } from '../../api/conditions.ts';
import type { Fault } from '../../runtime/fault.ts';
import { nameOf } from '../identity/references.ts';
import type { ExplainFacts } from './explain-facts.ts';
import { conditionsOf } from './explain-findings.ts';

export interface Readiness {
  readonly state: 'Ready' | 'NotReady' | 'Stalled' | 'Paused' | 'Deleting' | 'Unseen';
  readonly waitsFor: string;
  readonly blockedBy?: string;
}

type Question = (facts: ExplainFacts) => Readiness | undefined;

/** The first that has an answer. */
const QUESTIONS: readonly Question[] = [deleting, paused, refused, blocked, unseen, told, outdated];

export function readinessOf(facts: ExplainFacts): Readiness {
  for (const question of QUESTIONS) {
    const answer = question(facts);
    if (answer) return answer;
  }
  return { state: 'Ready', waitsFor: 'nothing' };
}

function deleting({ object }: ExplainFacts): Readiness | undefined {
  if (!object.metadata.deletionTimestamp) return undefined;
  const finalizers = object.metadata.finalizers ?? [];
  const those = finalizers.length > 0 ? ` (its finalizers: ${finalizers.join(', ')})` : '';
  return { state: 'Deleting', waitsFor: `the end of its deletion${those}` };
}

function paused({ pausedBy }: ExplainFacts): Readiness | undefined {
  if (!pausedBy) return undefined;
  const whose = pausedBy === 'object' ? 'it' : 'its namespace';
  return {
    state: 'Paused',
    waitsFor: `somebody to resume ${whose}; leases are kept alive meanwhile`,
  };
}

function refused({ invalid }: ExplainFacts): Readiness | undefined {
  return invalid && { state: 'Stalled', waitsFor: `a change of this object: ${invalid.message}` };
}

/** References that do not resolve: by the operator's own rules, on what is there now. */
function blocked(facts: ExplainFacts): Readiness | undefined {
  const { identity, references } = facts;
  if (!identity || !('message' in identity)) return undefined;
  const { ref } = references.at(-1) ?? {};
  const state = identity.kind === 'refused' ? 'Stalled' : 'NotReady';
  return {
    state,
    waitsFor: identity.message,
    ...(ref && isAbout(identity, ref.kind) && { blockedBy: `${ref.kind} ${nameOf(ref)}` }),
  };
}

function isAbout({ message }: Fault, kind: string): boolean {
  return message.includes(kind);
}

/** VaultAuthGlobals and transformations that say nothing of themselves are well. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['VaultAuthGlobal']);

function unseen({ object }: ExplainFacts): Readiness | undefined {
  if (conditionsOf(object).length > 0 || SAYS_NOTHING.has(object.kind)) return undefined;
  return { state: 'Unseen', waitsFor: 'the operator to look at it for the first time' };
}

function told(facts: ExplainFacts): Readiness | undefined {
  const { object, references } = facts;
  const ready = conditionOf(object, 'Ready');
  if (!ready || ready.status === 'True') return undefined;
  const isStalled = conditionOf(object, 'Stalled')?.status === 'True';
  // The last that was followed is what the others hang on.
  const blocker = references.findLast(
    ({ sight }) => sight.kind === 'found' && isFailing(sight.value),
  );
  return {
    state: isStalled ? 'Stalled' : 'NotReady',
    waitsFor: `${isStalled ? 'a change of this object' : 'this to be over'}: ${ready.message}`,
    ...(blocker && { blockedBy: `${blocker.ref.kind} ${nameOf(blocker.ref)}` }),
  };
}

function isFailing(thing: { readonly conditions: readonly Condition[] }): boolean {
  return thing.conditions.some(({ type, status }) => type === 'Ready' && status === 'False');
}

function outdated({ object }: ExplainFacts): Readiness | undefined {
  const seen = conditionOf(object, 'Ready')?.observedGeneration;
  const { generation } = object.metadata;
  if (seen === undefined || seen >= generation) return undefined;
  const waitsFor = `the operator to look at its generation ${generation}; it has seen ${seen}`;
  return { state: 'NotReady', waitsFor };
}

function conditionOf(object: ExplainFacts['object'], type: string): Condition | undefined {
  return conditionsOf(object).find((each) => each.type === type);
}
