/** Why a credential must be made anew, if it must, and how soon. */

import { REQUEST_INTERVAL_MS } from '../requests.ts';
import { replacementAt, tokenReplacementAt } from './due.ts';
import { inPlace, inUse, owned } from './records.ts';
import type { CredentialWorld, RecordFacts } from './world.ts';

export type IssueCause =
  | 'InitialSync'
  | 'ResourceUpdated'
  | 'InexistentDestination'
  | 'SecretDataDrift'
  | 'LeaseEnded'
  | 'LeaseTruncated'
  | 'TokenEnding'
  | 'ReplacementDue'
  | 'RotationRequested'
  | 'Recovery';

/** Repairs of a Secret that someone keeps editing or deleting come no more often than this. */
export const REPAIR_INTERVAL_MS = 60_000;

export function issueCause(world: CredentialWorld): IssueCause | undefined {
  return neededCause(world) ?? rotationCause(world);
}

function neededCause(world: CredentialWorld): IssueCause | undefined {
  const currents = inUse(world);
  const record = inPlace(world);
  if (currents.length === 0) return unrecordedCause(world);
  if (currents.every((each) => each.destination !== world.destination)) return 'ResourceUpdated';
  if (!world.secret) return 'InexistentDestination';
  if (!record || !world.secret.intact) return 'SecretDataDrift';
  if (world.sourceDigest !== undefined && record.sourceDigest !== world.sourceDigest)
    return 'ResourceUpdated';
  return endCause(world, record);
}

function unrecordedCause({
  now,
  secret,
  stray,
  findings,
}: CredentialWorld): IssueCause | undefined {
  if (secret?.revision === undefined) return 'InitialSync';
  if (findings.has(secret.revision)) return 'LeaseEnded';
  const replaceAt = stray ? (stray.replaceAt ?? Number.POSITIVE_INFINITY) : now;
  return now >= replaceAt ? 'Recovery' : undefined;
}

function endCause(world: CredentialWorld, record: RecordFacts): IssueCause | undefined {
  const finding = world.findings.get(record.revision);
  if (finding) return finding === 'gone' ? 'LeaseEnded' : 'LeaseTruncated';
  if (world.now >= tokenReplacementAt(record)) return 'TokenEnding';
  return world.now >= replacementAt(record, world.renewalPercent) ? 'ReplacementDue' : undefined;
}

/** A credential that came for another reason, after people asked, answers them too. */
function rotationCause(world: CredentialWorld): IssueCause | undefined {
  if (!isRotationOpen(world) || world.now < rotationAllowedAt(world)) return undefined;
  return 'RotationRequested';
}

/** Of a credential that is in place; a new one is what an object without gets anyway. */
export function isRotationOpen(world: CredentialWorld): boolean {
  const { rotateRequest, secret } = world;
  if (rotateRequest === undefined || secret?.revision === undefined) return false;
  return inPlace(world)?.rotateRequest !== rotateRequest;
}

export function rotationAllowedAt(world: CredentialWorld): number {
  const asked = owned(world).filter((record) => record.rotateRequest !== undefined);
  return Math.max(0, ...asked.map((record) => record.createdAt + REQUEST_INTERVAL_MS));
}

export function repairAllowedAt(world: CredentialWorld): number {
  const repairs = owned(world).filter((record) => record.repair);
  return Math.max(0, ...repairs.map((record) => record.createdAt + REPAIR_INTERVAL_MS));
}
