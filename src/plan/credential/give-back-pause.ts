/**
 * The pause of giving back that follows a restore of the cluster from a backup: what the ledger says then may be
 * older than what pods hold. It is on record, so that it outlives the process, and it is over when a person deletes
 * the record or when the quiet period has passed without another restore.
 */

export interface PauseFacts {
  readonly now: number;
  /** Signs of a restore that are not on record yet: epoch ms of the last. */
  readonly seenAt: number | undefined;
  /** What was on record when it was last looked at; undefined when there was no pause. */
  readonly knownUntil: number | undefined;
  /** What is on record now, by a live read. */
  readonly recordedUntil: number | undefined;
  readonly quietMs: number;
}

/**
 * begin     - put it on record
 * wait      - it lasts
 * over      - the quiet period has passed: drop the record
 * confirmed - a person dropped the record
 * none      - there is no pause
 */
export type PausePlan =
  | { readonly kind: 'begin' | 'wait'; readonly until: number }
  | { readonly kind: 'over' | 'confirmed' | 'none' };

export function planPause(facts: PauseFacts): PausePlan {
  const { now, seenAt, knownUntil, recordedUntil, quietMs } = facts;
  if (seenAt !== undefined && now < seenAt + quietMs)
    return { kind: 'begin', until: seenAt + quietMs };
  if (recordedUntil !== undefined)
    return now < recordedUntil ? { kind: 'wait', until: recordedUntil } : { kind: 'over' };
  return { kind: knownUntil === undefined ? 'none' : 'confirmed' };
}
