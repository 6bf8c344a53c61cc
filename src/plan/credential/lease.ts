/**
 * When a lease or a token is due, and what to make of what Vault granted. Deadline and "is it due?" come from the
 * same functions, so an alarm never rings to find nothing to do. A token is a lease too. All instants are counted
 * from `askedAt`, taken before the request left, so every error is on the early side.
 */
import type { LeaseRenewal } from '../../api/vault-exchange.ts';

export { spreadOf } from '../../runtime/spread.ts';

/** What was granted: epoch ms and ms. */
export interface Span {
  readonly askedAt: number;
  readonly ttlMs: number;
}

/** Nothing is due in the first twentieth of its life, so renewalPercent 0 is no busy loop. */
const EARLIEST = 0.05;
/** The last part of a lease belongs to its replacement, not to another try to renew it; dueAt leaves at least nine hundredths. */
const MARGIN = 0.05;
const LONGEST_MARGIN_MS = 10 * 60_000;
/** A renewal that grants less than this share of the first grant is at its maximum. */
const KEPT = 2 / 3;
/** A token is renewed at two thirds of its life, whatever the lease's renewalPercent says. */
const TOKEN_PERCENT = 67;

export function endOf(span: Span): number {
  return span.askedAt + span.ttlMs;
}

/**
 * Epoch ms of the renewal, or of the new issue when the lease is not renewable: `renewalPercent` (0 to 90) of the
 * life, and a spread in [0,1) of a tenth of what remains then.
 */
export function dueAt(span: Span, renewalPercent: number, spread: number): number {
  const share = Math.max(EARLIEST, Math.min(90, renewalPercent) / 100);
  return span.askedAt + Math.floor(span.ttlMs * (share + (spread * (1 - share)) / 10));
}

/** As dueAt, for the Vault token that owns a lease. */
export function tokenDue(token: Span, spread: number): number {
  return dueAt(token, TOKEN_PERCENT, spread);
}

/** Before the end, in ms, there must be a replacement; from there on a failing renewal is not tried again. */
export function safetyMargin(ttlMs: number): number {
  return Math.min(ttlMs * MARGIN, LONGEST_MARGIN_MS);
}

/**
 * fresh   - nothing to do
 * due     - renew, and try again while that fails
 * closing - no time for more tries: issue a new one, the old one still lives
 * ended   - dead, or may be
 */
type LeasePhase = 'fresh' | 'due' | 'closing' | 'ended';

export function leasePhase(span: Span, dueFrom: number, now: number): LeasePhase {
  const end = endOf(span);
  if (now >= end) return 'ended';
  if (now >= end - safetyMargin(span.ttlMs)) return 'closing';
  return now >= dueFrom ? 'due' : 'fresh';
}

type RenewalVerdict =
  | { readonly kind: 'kept'; readonly span: Span; readonly renewable: boolean }
  | { readonly kind: 'truncated'; readonly span: Span }
  | { readonly kind: 'gone' };

/**
 * What a renewal brought. `firstTtlMs` is what the first grant was, and what every renewal asks for. Vault caps a
 * renewal near the maximum TTL; a lease that lost more than a third is replaced while the rest of it still lives,
 * instead of being renewed for ever shorter spans.
 */
export function judgeRenewal(firstTtlMs: number, granted: LeaseRenewal): RenewalVerdict {
  if (granted.kind === 'gone') return { kind: 'gone' };
  const span = { askedAt: granted.askedAt, ttlMs: granted.ttlMs };
  if (granted.ttlMs < firstTtlMs * KEPT) return { kind: 'truncated', span };
  return { kind: 'kept', span, renewable: granted.renewable };
}
