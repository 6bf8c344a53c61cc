/**
 * When the parts of a credential are due: its lease, its token, and the whole of it. Epoch milliseconds;
 * infinity where a thing is never due.
 */

import { dueAt, endOf, type Span, safetyMargin, spreadOf, tokenDue } from './lease.ts';
import type { RecordFacts } from './world.ts';

/** A batch token's leases call themselves renewable, but are not. */
export function isRenewable(record: RecordFacts): boolean {
  return Boolean(record.lease?.renewable) && record.token.type === 'service';
}

/** A token at its maximum ends for good, however often it is renewed. */
export function tokenLasts({ token }: RecordFacts): boolean {
  return token.renewable && !token.capped && !token.released;
}

export function leaseRenewalAt(record: RecordFacts, renewalPercent: number): number {
  if (!record.lease || !isRenewable(record)) return Number.POSITIVE_INFINITY;
  return dueAt(record.lease, renewalPercent, spreadOf(record.revision));
}

export function tokenRenewalAt(record: RecordFacts): number {
  if (!tokenLasts(record)) return Number.POSITIVE_INFINITY;
  return tokenDue(record.token, spreadOf(record.revision));
}

/**
 * When a new credential must come, with overlap: what can be renewed has until its margin, what cannot is replaced
 * where it would have been renewed. A lease dies with its token, whatever it says itself.
 */
export function replacementAt(record: RecordFacts, renewalPercent: number): number {
  const dues = [tokenReplacementAt(record), record.replaceAt ?? Number.POSITIVE_INFINITY];
  if (record.lease) dues.push(leaseReplacementAt(record, record.lease, renewalPercent));
  return Math.min(...dues);
}

/** A certificate is due by its own dates; its lease only must not end before it is replaced. */
function leaseReplacementAt(record: RecordFacts, lease: Span, renewalPercent: number): number {
  if (isRenewable(record) || record.replaceAt !== undefined) return closingAt(lease);
  return dueAt(lease, renewalPercent, spreadOf(record.revision));
}

/** The same, by the token alone. */
export function tokenReplacementAt(record: RecordFacts): number {
  if (record.token.released) return Number.POSITIVE_INFINITY;
  if (tokenLasts(record)) return closingAt(record.token);
  return tokenDue(record.token, spreadOf(record.revision));
}

function closingAt(span: Span): number {
  return endOf(span) - safetyMargin(span.ttlMs);
}

/** A Secret that is lent to us carries no label and is not watched: how often it is looked at. */
const LENT_LOOK_MS = 600_000;

/** When the credential is due, or its Secret must be looked at, whichever comes first. */
export function orLookAt(
  destination: { readonly create: boolean },
  due: number | undefined,
  now: number,
): number | undefined {
  if (destination.create) return due;
  return Math.min(due ?? Number.POSITIVE_INFINITY, now + LENT_LOOK_MS);
}
