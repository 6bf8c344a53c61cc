/**
 * When a retiring credential may be given back. Never because something looks absent: the caller has made sure of
 * its facts by live reads, and Vault itself has the last word on whether the token is dead.
 */

import type { Fault } from '../../runtime/fault.ts';

export interface RetiringFacts {
  readonly now: number;
  readonly why: 'replaced' | 'owner-gone' | 'unused';
  readonly retiredAt: number;
  /** When the credential dies by itself: nobody renews a retiring one, so this bounds every wait for pods. */
  readonly credentialEndsAt: number;
  /** The most that any renewal before retirement can have granted the token. */
  readonly longestTokenMs: number;
  /** Every restart target runs with the successor. False while unknown, and when there are no targets. */
  readonly rolledOut: boolean;
  readonly hasTargets: boolean;
  /** At least one of them is on its way there, however slowly. */
  readonly rolling: boolean;
  /** The Secret of a living object carries it, by a live read: a write that came late, or somebody put it back. */
  readonly carried: boolean;
  /** A replaced one whose object is gone: nobody goes on to its successor. Epoch ms. */
  readonly abandonedAt: number | undefined;
  /** The cluster was restored from a backup: epoch ms until which nothing is given back. */
  readonly pausedUntil: number | undefined;
}

interface Graces {
  /** After the owner is gone: the time in which a recreated one can take over. */
  readonly ownerMs: number;
  /** After a replacement: the time in which pods pick the new credential up. */
  readonly overlapMs: number;
}

/** What a Secret carries is about to be replaced there: then it goes. */
const CARRIED_POLL_MS = 10_000;
/** Rollouts are looked at this often while an overlap lasts. */
const ROLLOUT_POLL_MS = 5_000;
/** Vault counts in whole seconds and revokes lazily. */
const END_MARGIN_MS = 30_000;

/** Epoch ms from which on the credential may go, though targets are stuck. */
function overlapEndsAt(facts: RetiringFacts, graces: Graces): number {
  switch (facts.why) {
    case 'unused':
      return facts.retiredAt;
    case 'owner-gone':
      return facts.retiredAt + graces.ownerMs;
    case 'replaced':
      return Math.min(
        facts.rolling ? Number.POSITIVE_INFINITY : facts.retiredAt + graces.overlapMs,
        (facts.abandonedAt ?? Number.POSITIVE_INFINITY) + graces.ownerMs,
        facts.credentialEndsAt,
      );
  }
}

export type GiveBackPlan =
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'give-back' };

export function planGiveBack(facts: RetiringFacts, graces: Graces): GiveBackPlan {
  const { pausedUntil = 0 } = facts;
  if (facts.now < pausedUntil) return { kind: 'wait', until: pausedUntil };
  if (facts.carried) return { kind: 'wait', until: facts.now + CARRIED_POLL_MS };
  const end = overlapEndsAt(facts, graces);
  const done = facts.why === 'replaced' && facts.hasTargets && facts.rolledOut;
  if (done || facts.now >= end) return { kind: 'give-back' };
  const polls = facts.why === 'replaced' && facts.hasTargets;
  return { kind: 'wait', until: polls ? Math.min(end, facts.now + ROLLOUT_POLL_MS) : end };
}

/** Epoch ms after which the token cannot live any more, even if it was renewed to its full TTL just before it retired. */
export function certainlyDeadAt(facts: RetiringFacts): number {
  return facts.retiredAt + facts.longestTokenMs + END_MARGIN_MS;
}

/** Tries in a row before a refusal is taken for lasting. */
const EAGER_TRIES = 10;
const PATIENT_MS = 60 * 60_000;

/**
 * Epoch ms of the next try; undefined while backoff says it. A certificate may live for a year after its namespace is
 * gone with all who could log in for it: nobody need be asked every minute until then.
 */
export function patientlyAt(
  { now, why }: Pick<RetiringFacts, 'now' | 'why'>,
  fault: Pick<Fault, 'kind'>,
  tries: number,
): number | undefined {
  const isAnswer = fault.kind !== 'transient' && fault.kind !== 'throttled';
  return why === 'owner-gone' && isAnswer && tries >= EAGER_TRIES ? now + PATIENT_MS : undefined;
}
