/**
 * Whether an object is paused, by an annotation of its own or of its namespace, and what is said of that. A paused
 * object is not read, written, issued or restarted; what it leased is kept alive, so Ready stays what it was.
 */
import type { Condition, Verdict } from '../api/conditions.ts';
import type { Fault } from '../runtime/fault.ts';
import { ANNOTATION_PREFIX } from './secret/ownership.ts';
import { healthOf, type RenewalFacts, renewalVerdicts, type Summary } from './status/status.ts';
import type { EventText } from './status/transition.ts';

export const PAUSED_ANNOTATION = `${ANNOTATION_PREFIX}paused`;

type Annotations = Readonly<Record<string, string>> | undefined;

/** Who says so. */
export type PausedBy = 'object' | 'namespace';

/** The object's own word first. `namespace` is undefined where namespaces cannot be watched. */
export function pausedBy(object: Annotations, namespace: Annotations): PausedBy | undefined {
  if (isPausing(object)) return 'object';
  return isPausing(namespace) ? 'namespace' : undefined;
}

export function isPausing(annotations: Annotations): boolean {
  return annotations?.[PAUSED_ANNOTATION] === 'true';
}

export interface PauseFacts {
  readonly by: PausedBy;
  /** Conditions before. */
  readonly before: readonly Condition[];
  /** The leased credential in place, when there is one. */
  readonly credential?: CredentialFacts | undefined;
}

export interface CredentialFacts {
  readonly alive: boolean;
  /** Absent: none was due. */
  readonly renewal: RenewalFacts | undefined;
  /** Why a renewal failed. */
  readonly fault: Fault | undefined;
}

export function summarisePause({ by, before, credential }: PauseFacts): Summary {
  const verdicts = [
    paused(by),
    ...(credential ? ofCredential(credential) : []),
    ...(before.some(({ type }) => type === 'Ready') ? [] : [neverReady()]),
  ];
  return { verdicts, retracted: [] };
}

/** A pause began or is over. */
export function pauseEvent(
  before: readonly Condition[],
  after: readonly Condition[],
): EventText | undefined {
  const [was, is] = [before, after].map((each) => each.find(({ type }) => type === 'Paused'));
  if (is && !was) return { type: 'Normal', reason: 'Paused', message: is.message };
  if (was && !is)
    return { type: 'Normal', reason: 'Resumed', message: 'the object is looked at again' };
  return undefined;
}

const WHO: Readonly<Record<PausedBy, string>> = {
  object: 'of this object',
  namespace: 'of its namespace',
};

function paused(by: PausedBy): Verdict {
  const message = `the annotation ${PAUSED_ANNOTATION} ${WHO[by]} is "true": nothing is read, written, issued or restarted, and leases are kept alive`;
  return { type: 'Paused', status: 'True', reason: 'Paused', message };
}

function neverReady(): Verdict {
  const message = 'paused before it was synced for the first time';
  return { type: 'Ready', status: 'False', reason: 'Paused', message };
}

function ofCredential({ alive, renewal, fault }: CredentialFacts): readonly Verdict[] {
  const health = renewal ? healthOf({ usable: alive, fault }) : [];
  return [
    ...health.filter(({ type }) => type !== 'Ready'),
    ...renewalVerdicts(renewal),
    ...(alive ? [] : [ended()]),
  ];
}

function ended(): Verdict {
  const message =
    'the credential in the Secret has ended, and no new one is issued while the object is paused; resume it';
  return { type: 'Ready', status: 'False', reason: 'Paused', message };
}
