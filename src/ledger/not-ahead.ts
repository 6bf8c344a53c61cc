/**
 * Times that a process with another clock wrote. A grant from the future would seem to last longer than it does: none
 * is believed to be younger than now. What is believed as it stands comes back as the very same object.
 */
import type { LedgerRecord, RecordLease } from './record.ts';

export function leaseUpTo(now: number, lease: RecordLease): RecordLease {
  return lease.askedAt > now ? { ...lease, askedAt: now } : lease;
}

export function recordUpTo(now: number, record: LedgerRecord): LedgerRecord {
  const { token } = record;
  const lease = record.lease && leaseUpTo(now, record.lease);
  if (token.askedAt <= now && lease === record.lease) return record;
  const askedAt = Math.min(token.askedAt, now);
  return { ...record, token: { ...token, askedAt }, ...(lease && { lease }) };
}
