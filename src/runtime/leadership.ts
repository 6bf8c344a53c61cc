/**
 * Who leads, judged from a shared lock by changes that we saw ourselves: clocks of replicas are never compared. A
 * leader that could not renew in time stops acting before anybody else may start. Pure; the loop is in leader.ts.
 */

/** The usual numbers of Kubernetes' controllers. */
export const LEASE_MS = 15_000;
export const RENEW_WITHIN_MS = 10_000;
export const RETRY_MS = 2_000;

/** What the lock said, and since when it has said so by our clock. */
export interface Observed {
  /** "" when nobody holds it. */
  readonly holder: string;
  /** Changes with every write to the lock. */
  readonly version: string;
  readonly durationMs: number;
  readonly since: number;
}

export interface LeadershipWorld {
  readonly now: number;
  readonly me: string;
  /** Undefined when there is no lock. */
  readonly observed: Observed | undefined;
}

export type LeadershipPlan = 'create' | 'renew' | 'take' | 'wait';

/** A lock that did not change for its whole duration belongs to nobody. */
export function planLeadership({ now, me, observed }: LeadershipWorld): LeadershipPlan {
  if (!observed) return 'create';
  if (observed.holder === me) return 'renew';
  const isFree = observed.holder === '' || now >= observed.since + observed.durationMs;
  return isFree ? 'take' : 'wait';
}

/** Keeps the instant of the last change: a version that is the same is no news. */
export function observe(
  before: Observed | undefined,
  seen: Omit<Observed, 'since'>,
  now: number,
): Observed {
  if (before?.version === seen.version) return before;
  return { ...seen, since: now };
}

/**
 * leading - may act
 * lapsed  - led, could not renew in time, and has seen no successor: renews leases and does nothing else
 * standby - does nothing
 */
export type LeadershipState = 'leading' | 'lapsed' | 'standby';

export interface Tenure {
  /** When our last successful renewal left; undefined when we never led or a successor was seen. */
  readonly renewedAt: number | undefined;
}

export function leadershipState({ renewedAt }: Tenure, now: number): LeadershipState {
  if (renewedAt === undefined) return 'standby';
  return now < renewedAt + RENEW_WITHIN_MS ? 'leading' : 'lapsed';
}
