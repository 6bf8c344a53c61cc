/**
 * A static role from one look to the next: what is remembered of its rotation, what the status says of it, and when to
 * look again. The memory is this process's own; after a restart the status says which rotation was seen last.
 */
import { parseDuration } from '../../api/duration.ts';
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import type { SecretAnswer } from '../../api/vault-exchange.ts';
import {
  nextLookAt,
  olderAnswer,
  type RotationWatch,
  watched,
} from '../../plan/static/rotation-watch.ts';
import { type Rotation, rotationOf } from '../../plan/static/static-role.ts';
import type { Next } from '../../runtime/controller.ts';
import { FaultError } from '../../runtime/fault.ts';
import { keyOf } from '../../runtime/ref.ts';
import { refreshHorizonMs, spreadOf } from '../../runtime/spread.ts';
import { originOf } from '../credential/turn.ts';
import type { LeasedTurn } from './turn.ts';

/**
 * How late a rotation by hand is noticed where nobody says otherwise: as long as VSO leaves a static secret. The old
 * password does not work any more by then, and a look that finds nothing costs one read of Vault.
 */
const POLL_MS = 60_000;

/** Undefined: the answer is not that of a static role. Throws when it is older than an earlier one. */
export function followRotation(turn: LeasedTurn, answer: SecretAnswer): Rotation | undefined {
  const { deps, situation } = turn;
  const key = keyOf(situation.owner);
  const rotation = answer.data && rotationOf(answer.data.open());
  if (!rotation) {
    deps.rotations.delete(key);
    return undefined;
  }
  const { digest: source } = originOf(turn);
  const before = deps.rotations.get(key) ?? toldBefore(situation.object, source);
  const look = { source, rotation, askedAt: answer.askedAt };
  const older = olderAnswer(before, look);
  deps.rotations.set(key, older ?? watched(before, look));
  if (older) throw new FaultError(OLDER);
  return rotation;
}

const OLDER = {
  kind: 'transient',
  reason: 'VaultStandby',
  message:
    'Vault answered a password from before the last rotation, as a standby does that has not caught up; the Secret keeps the newer one',
} as const;

/** By an earlier process, of this very specification. */
function toldBefore(
  { metadata, status }: VaultDynamicSecret,
  source: string,
): RotationWatch | undefined {
  const seen = status?.staticCredsMetaData;
  if (!seen || status.lastGeneration !== metadata.generation) return undefined;
  const { lastVaultRotation: last } = seen;
  const dueAt = Number.POSITIVE_INFINITY;
  return { source, last, dueAt, overdueSince: undefined, olderSince: undefined };
}

/** Undefined for what is no static role. A look that failed says nothing new of the rotation: its retry comes soon enough. */
export function nextLook({ deps, situation }: LeasedTurn, hasFailed: boolean): Next | undefined {
  const { owner, object } = situation;
  const watch = deps.rotations.get(keyOf(owner));
  if (!watch) return undefined;
  const now = deps.clock.now();
  const { refreshAfter } = object.spec;
  const pollMs = (refreshAfter ? parseDuration(refreshAfter) : 0) || POLL_MS;
  const spread = spreadOf(`${owner.uid}@${now}`);
  if (hasFailed) return { nextAt: now + refreshHorizonMs(pollMs, spread) };
  const nextAt = nextLookAt(watch, { now, pollMs, spread });
  // Between a rotation and the look that follows it nobody can log in: it goes ahead of refreshes.
  return { nextAt, lane: nextAt < now + refreshHorizonMs(pollMs, spread) ? 'first' : 'refresh' };
}

/** As VSO writes it. A TTL counts down all the time: that of the first look at a rotation stays. */
export function rotationStatus({ status }: VaultDynamicSecret, rotation: Rotation | undefined) {
  if (!rotation) return { staticCredsMetaData: undefined };
  const { last, period, schedule, ttl } = rotation;
  const before = status?.staticCredsMetaData;
  const isSame =
    before?.lastVaultRotation === last &&
    before.rotationPeriod === period &&
    (before.rotationSchedule ?? '') === schedule;
  const seen = {
    lastVaultRotation: last,
    rotationPeriod: period,
    ...(schedule !== '' && { rotationSchedule: schedule }),
    ttl,
  };
  return { staticCredsMetaData: isSame ? before : seen };
}
