/**
 * What a credential needs next. One question after another, the first that has an answer decides; after
 * acting, the questions are asked again, so a crash between two acts is no special case. Renewals come first, as
 * everything else may fail for reasons of its own: a credential in use is kept alive even while its object is in
 * error and nothing can be written.
 */
import {
  type IssueCause,
  isRotationOpen,
  issueCause,
  repairAllowedAt,
  rotationAllowedAt,
} from './cause.ts';
import { isRenewable, leaseRenewalAt, replacementAt, tokenLasts, tokenRenewalAt } from './due.ts';
import { leasePhase, type Span } from './lease.ts';
import { inPlace, inUse, owned } from './records.ts';
import type { CredentialWorld, RecordFacts } from './world.ts';

export type CredentialPlan =
  | {
      readonly kind: 'retire';
      readonly revision: string;
      readonly why: 'owner-gone' | 'unused' | 'replaced';
      readonly successor: string;
    }
  | { readonly kind: 'promote'; readonly revision: string }
  | { readonly kind: 'write'; readonly revision: string }
  | { readonly kind: 'adopt'; readonly revision: string }
  | { readonly kind: 'renew-lease'; readonly revision: string }
  | { readonly kind: 'renew-token'; readonly revision: string }
  | {
      readonly kind: 'issue';
      readonly why: IssueCause;
      readonly restarts: boolean;
      readonly repair: boolean;
    }
  | { readonly kind: 'rewrite-metadata'; readonly revision: string }
  | { readonly kind: 'restart'; readonly revision: string }
  | { readonly kind: 'wait'; readonly until: number | undefined };

type Check = (world: CredentialWorld) => CredentialPlan | undefined;

const CHECKS: readonly Check[] = [
  renewLease,
  renewToken,
  retireStrangers,
  promoteCarried,
  retireSuperseded,
  writeHeld,
  retireOwnUnused,
  adoptStray,
  issueNeeded,
  recoverForeignPending,
  restartTargets,
  rewriteMetadata,
];

export function planCredential(world: CredentialWorld): CredentialPlan {
  for (const check of CHECKS) {
    const plan = check(world);
    if (plan) return plan;
  }
  return { kind: 'wait', until: nextDueAt(world) };
}

/** The part that a credential in use needs also while its object or its Secret cannot be looked at: to live on. */
export function planRenewal(world: CredentialWorld): CredentialPlan | undefined {
  return renewLease(world) ?? renewToken(world);
}

/**
 * What may be done while the object is paused, besides renewing: learn that a credential is in use, so that it is
 * renewed too.
 */
export function planPaused(world: CredentialWorld): CredentialPlan | undefined {
  return promoteCarried(world) ?? adoptStray(world) ?? renewStray(world);
}

/** Records of an object that is gone, or of an earlier one with the same name. */
function retireStrangers(world: CredentialWorld): CredentialPlan | undefined {
  const stranger = world.records.find(
    (record) => record.state !== 'retiring' && record.owner.uid !== world.uid,
  );
  return stranger && retire(stranger, 'owner-gone');
}

function promoteCarried(world: CredentialWorld): CredentialPlan | undefined {
  const carried = world.secret?.revision;
  const record = owned(world).find((each) => each.state === 'pending' && each.revision === carried);
  return record && { kind: 'promote', revision: record.revision };
}

/** Everything recorded as current that the Secret no longer carries, once another revision is in place. */
function retireSuperseded(world: CredentialWorld): CredentialPlan | undefined {
  const successor = inPlace(world);
  if (!successor) return undefined;
  const old = owned(world).find(
    (record) => record.state === 'current' && record.revision !== successor.revision,
  );
  return old && retire(old, 'replaced', successor.revision);
}

/** A write that was refused is tried again with the values that were issued, while they are still what is wanted. */
function writeHeld(world: CredentialWorld): CredentialPlan | undefined {
  const record = owned(world).find((each) => each.state === 'pending' && each.held);
  if (!record || !isWanted(world, record)) return undefined;
  return { kind: 'write', revision: record.revision };
}

function isWanted(world: CredentialWorld, record: RecordFacts): boolean {
  return (
    record.destination === world.destination &&
    (world.sourceDigest === undefined || record.sourceDigest === world.sourceDigest) &&
    world.now < replacementAt(record, world.renewalPercent)
  );
}

/** Our own attempt that the Secret does not carry: nobody can still write it. */
function retireOwnUnused(world: CredentialWorld): CredentialPlan | undefined {
  const record = owned(world).find(
    (each) => each.state === 'pending' && each.holder === world.holder,
  );
  return record && retire(record, record.sent ? 'replaced' : 'unused');
}

function renewLease(world: CredentialWorld): CredentialPlan | undefined {
  const due = inUse(world).find((record) => {
    const { lease } = record;
    if (!lease || !isRenewable(record)) return false;
    if (world.syncAsked && record.revision === inPlace(world)?.revision) return true;
    return isTimeToRenew(world, record, lease, leaseRenewalAt(record, world.renewalPercent));
  });
  return due && { kind: 'renew-lease', revision: due.revision };
}

function renewToken(world: CredentialWorld): CredentialPlan | undefined {
  const due = inUse(world).find(
    (record) =>
      tokenLasts(record) && isTimeToRenew(world, record, record.token, tokenRenewalAt(record)),
  );
  return due && { kind: 'renew-token', revision: due.revision };
}

/** Times that a former process wrote may be behind what it renewed: then Vault is asked before anything is issued. */
function isTimeToRenew(
  world: CredentialWorld,
  record: RecordFacts,
  span: Span,
  dueFrom: number,
): boolean {
  if (world.findings.has(record.revision)) return false;
  if (record.doubted) return true;
  const phase = leasePhase(span, dueFrom, world.now);
  return phase === 'due' || (phase !== 'fresh' && !record.confirmed);
}

/** Before a lease that nobody has on record is replaced, Vault is asked whether it lives: then there is time for it. */
function adoptStray(world: CredentialWorld): CredentialPlan | undefined {
  const { secret, stray } = world;
  if (!stray || secret?.revision === undefined) return undefined;
  if (stray.replaceAt !== undefined || world.findings.has(secret.revision)) return undefined;
  return { kind: 'adopt', revision: secret.revision };
}

/** One that may not be replaced must last. */
function renewStray({ now, secret, stray, findings }: CredentialWorld): CredentialPlan | undefined {
  if (secret?.revision === undefined || stray?.renewAt === undefined) return undefined;
  if (now < stray.renewAt || findings.has(secret.revision)) return undefined;
  return { kind: 'adopt', revision: secret.revision };
}

function issueNeeded(world: CredentialWorld): CredentialPlan | undefined {
  if (world.uid === undefined) return undefined;
  const why = issueCause(world);
  if (!why) return undefined;
  const repair = why === 'SecretDataDrift' || why === 'InexistentDestination';
  if (repair && world.now < repairAllowedAt(world)) return undefined;
  return { kind: 'issue', why, repair, restarts: podsMayHoldAnother(world) };
}

/** Any other revision of the same name and destination, of this object or an earlier one, may be what pods hold. */
function podsMayHoldAnother(world: CredentialWorld): boolean {
  return (
    world.secret?.revision !== undefined ||
    world.records.some(
      (record) => record.state !== 'pending' && record.destination === world.destination,
    )
  );
}

/**
 * A pending record of another process, which may still be about to write. Our own write moves the Secret's
 * resourceVersion, so that its late write fails; only then may its credential go.
 */
function recoverForeignPending(world: CredentialWorld): CredentialPlan | undefined {
  const foreign = owned(world).find((record) => record.state === 'pending');
  if (!foreign) return undefined;
  const record = inPlace(world);
  if (record?.isNew) return retire(foreign, 'replaced', record.revision);
  // Our own write is due, and waits because somebody keeps changing the Secret.
  if (issueCause(world)) return undefined;
  return { kind: 'issue', why: 'Recovery', repair: false, restarts: podsMayHoldAnother(world) };
}

function rewriteMetadata(world: CredentialWorld): CredentialPlan | undefined {
  const record = inPlace(world);
  if (!record || !world.secret?.metadataDrift) return undefined;
  return { kind: 'rewrite-metadata', revision: record.revision };
}

/** Once per revision. A stripped annotation is no reason to restart again. */
function restartTargets(world: CredentialWorld): CredentialPlan | undefined {
  const record = inPlace(world);
  if (!record?.restarts || world.restartedRevision === record.revision) return undefined;
  return { kind: 'restart', revision: record.revision };
}

/**
 * The earliest instant at which one of the checks above would answer otherwise. What is overdue already could not be
 * done, and does not become possible by waiting for it.
 */
export function nextDueAt(world: CredentialWorld): number | undefined {
  const record = inPlace(world);
  const dues = inUse(world).flatMap((each) => [
    leaseRenewalAt(each, world.renewalPercent),
    tokenRenewalAt(each),
  ]);
  if (record) dues.push(replacementAt(record, world.renewalPercent));
  if (world.stray?.replaceAt !== undefined) dues.push(world.stray.replaceAt);
  if (!(record && world.secret?.intact)) dues.push(repairAllowedAt(world));
  if (isRotationOpen(world)) dues.push(rotationAllowedAt(world));
  const next = Math.min(...dues.filter((due) => due > world.now));
  return Number.isFinite(next) ? next : undefined;
}

function retire(
  record: RecordFacts,
  why: 'owner-gone' | 'unused' | 'replaced',
  successor = '',
): CredentialPlan {
  return { kind: 'retire', revision: record.revision, why, successor };
}
