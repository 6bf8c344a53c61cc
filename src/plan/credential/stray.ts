/**
 * A lease in use that no record tells of: the ledger was lost, or another operator made it. Whether there is one, and
 * when it is replaced. What made it is not known, so it ends with its token.
 */
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import type { SecretDigest } from '../secret/secret.ts';
import { endOf, type Span } from './lease.ts';
import type { LeaseMark } from './lease-mark.ts';

/** What the object says of the lease in its Secret. */
export interface Stray {
  readonly leaseId: string;
  readonly span: Span;
  readonly renewable: boolean;
}

/** What Vault said of one since this process began. */
export interface Adopted {
  readonly leaseId: string;
  readonly replaceAt: number;
  /** Undefined when it cannot be renewed. */
  readonly renewAt: number | undefined;
  readonly endsAt: number;
}

/** What says of an object whether it is as it was when its lease came. */
interface Leased {
  readonly metadata: { readonly generation: number };
  readonly status?: Pick<
    NonNullable<VaultDynamicSecret['status']>,
    'lastGeneration' | 'lastRenewalTime' | 'secretLease'
  >;
}

interface Recorded {
  readonly state: 'pending' | 'current' | 'retiring';
  readonly lease?: { readonly id: string };
}

/**
 * The lease that the Secret carries, when no record tells of it and the object has not changed since: a change may
 * mean another credential, and only a record could tell.
 */
export function strayOf(
  { metadata, status }: Leased,
  secret: SecretDigest | undefined,
  mark: LeaseMark | undefined,
  records: readonly Recorded[],
): Stray | undefined {
  const isSettled = status?.lastGeneration === metadata.generation;
  if (!secret || !isSettled || !status.secretLease?.id) return undefined;
  const { id, duration, renewable } = status.secretLease;
  const isOther = mark !== undefined && mark.leaseId !== id;
  if (isOther || records.some((record) => isOnRecord(record, id))) return undefined;
  const askedAt = (status.lastRenewalTime ?? 0) * 1000;
  return { leaseId: id, span: { askedAt, ttlMs: duration * 1000 }, renewable };
}

/** A record that is not retiring decides what the Secret shall hold, whichever lease is its own. */
function isOnRecord({ state, lease }: Recorded, leaseId: string): boolean {
  return state !== 'retiring' || lease?.id === leaseId;
}

/** A token that was kept alive, at two thirds of its life each time, has as much of its TTL left at any time. */
const UNKNOWN_TOKEN_SHARE = 0.25;
/** A lease of its own is replaced within this share of what is left. */
const STRAY_SHARE = 2 / 3;

/**
 * When to replace a lease whose token nobody knows: some time from now on, so that not all are replaced at once, and
 * before lease or token can end. `tokenTtlMs`: what the same role grants today; infinity when that is not known.
 */
export function strayReplacementAt(
  lease: Span,
  { now, tokenTtlMs, spread }: { now: number; tokenTtlMs: number; spread: number },
): number {
  const leaseMs = (endOf(lease) - now) * STRAY_SHARE;
  const left = Math.min(leaseMs, tokenTtlMs * UNKNOWN_TOKEN_SHARE);
  return now + Math.max(0, Math.floor(left * spread));
}
