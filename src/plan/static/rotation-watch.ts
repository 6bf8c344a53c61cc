/**
 * When a static role is looked at again. Shortly after its rotation is due, in small steps while a due rotation does not
 * show, and otherwise now and then, because a person may rotate at any time. Nobody waits in between: each look is a
 * reconcile of its own.
 */
import { refreshHorizonMs } from '../../runtime/spread.ts';
import type { Rotation } from './static-role.ts';

/** What is remembered from one look to the next. Epoch ms. */
export interface RotationWatch {
  /** Digest of the source: another source is another role. */
  readonly source: string;
  /** Epoch seconds, as Vault said it. */
  readonly last: number;
  /** When the next rotation comes, by the last answer; infinity while one is due already. */
  readonly dueAt: number;
  /** Since when a rotation is due that does not show. */
  readonly overdueSince: number | undefined;
  /** Since when answers are older than what Vault said before. */
  readonly olderSince: number | undefined;
}

export interface Look {
  readonly source: string;
  readonly rotation: Rotation;
  /** Epoch ms, taken before the request left. */
  readonly askedAt: number;
}

/** A node that has not caught up does so within seconds; after this the older answer is what Vault means. */
const CATCH_UP_MS = 5 * 60_000;
/** Vault looks for due rotations every five seconds. */
const STEP_MS = 1_000;
const LONGEST_STEP_MS = 30_000;
/** The next look at a rotation that does not show, as a share of how long it is overdue. */
const OVERDUE_SHARE = 0.5;

/**
 * With a schedule the TTL is that of the next rotation as soon as the present one is due, which is before Vault has
 * carried it out: so what was due by an earlier answer stays due until `last_vault_rotation` moves.
 */
export function watched(before: RotationWatch | undefined, look: Look): RotationWatch {
  const { source, rotation, askedAt } = look;
  const known = before?.source === source && before.last === rotation.last ? before : undefined;
  const dueNow = rotation.ttl === 0 ? askedAt : undefined;
  return {
    source,
    last: rotation.last,
    dueAt: dueNow ? Number.POSITIVE_INFINITY : askedAt + rotation.ttl * 1000,
    overdueSince: missedBy(known, askedAt) ?? known?.overdueSince ?? dueNow,
    olderSince: undefined,
  };
}

/**
 * An answer from before what was answered earlier: a standby that has not caught up. The password in it does not work
 * any more. Undefined when the answer is to be followed.
 */
export function olderAnswer(
  before: RotationWatch | undefined,
  { source, rotation, askedAt }: Look,
): RotationWatch | undefined {
  if (before?.source !== source || rotation.last >= before.last) return undefined;
  const olderSince = before.olderSince ?? askedAt;
  return askedAt - olderSince < CATCH_UP_MS ? { ...before, olderSince } : undefined;
}

/** Epoch ms, always ahead. `spread` in [0, 1) keeps roles that rotate together from being read together. */
export function nextLookAt(
  { dueAt, overdueSince }: RotationWatch,
  { now, pollMs, spread }: { now: number; pollMs: number; spread: number },
): number {
  const soonest = Math.min(
    now + refreshHorizonMs(pollMs, spread),
    dueAt + STEP_MS * (0.5 + spread),
    now + stepMs(now, overdueSince),
  );
  return Math.max(now + 1, Math.round(soonest));
}

function stepMs(now: number, overdueSince: number | undefined): number {
  if (overdueSince === undefined) return Number.POSITIVE_INFINITY;
  return Math.min(LONGEST_STEP_MS, Math.max(STEP_MS, (now - overdueSince) * OVERDUE_SHARE));
}

/** The rotation that the last answer announced, when its time has passed. */
function missedBy(known: RotationWatch | undefined, askedAt: number): number | undefined {
  return known && askedAt >= known.dueAt ? known.dueAt : undefined;
}
