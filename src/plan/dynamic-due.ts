/**
 * When the parts of a leased credential are due: its lease, its token, and the whole of it. Epoch milliseconds;
 * infinity where a thing is never due.
 */
import type { RecordFacts } from './dynamic-world.ts';
import { dueAt, endOf, type Span, safetyMargin, spreadOf, tokenDue } from './lease.ts';

/** A batch token's leases call themselves renewable, but are not. */
export function isRenewable(record: RecordFacts): boolean {
  return Boolean(record.lease?.renewable) && record.token.type === 'service';
}

/** A token at its maximum ends for good, however often it is renewed. */
export function tokenLasts(record: RecordFacts): boolean {
  return record.token.renewable && !record.token.capped;
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
  const spread = spreadOf(record.revision);
  const byToken = tokenLasts(record) ? closingAt(record.token) : tokenDue(record.token, spread);
  if (!record.lease) return byToken;
  const byLease = isRenewable(record)
    ? closingAt(record.lease)
    : dueAt(record.lease, renewalPercent, spread);
  return Math.min(byToken, byLease);
}

function closingAt(span: Span): number {
  return endOf(span) - safetyMargin(span.ttlMs);
}
