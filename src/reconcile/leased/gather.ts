/**
 * The facts about one leased credential: its object, its Secret, its records. Reads live where a decision destroys
 * something: whether the object is gone, and whether the Secret carries a revision that nobody has promoted.
 */
import type { Condition } from '../../api/conditions.ts';
import type { ObjectMeta } from '../../api/object.ts';
import type { RolloutRestartTarget } from '../../api/shared.ts';
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import type { SecretRequest, VaultIdentity } from '../../api/vault-exchange.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { DynamicWorld, RecordFacts, SecretFacts } from '../../plan/leased/dynamic-world.ts';
import {
  LEASE_ANNOTATION,
  type LeaseMark,
  type MarkReading,
  readMark,
} from '../../plan/leased/lease-mark.ts';
import { openRequests } from '../../plan/requests.ts';
import { type Destination, planDestination } from '../../plan/secret/destination.ts';
import { dynamicRequest, sourceDigest } from '../../plan/secret/request.ts';
import type { Owner, SecretDigest } from '../../plan/secret/secret.ts';
import { type Fault, faultOf } from '../../runtime/fault.ts';
import { identityOf } from '../access/identity.ts';
import { refuseLocked } from '../credential/ledger-lock.ts';
import type { Learned } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import { findSecret, readLive } from '../destination/destination.ts';
import { checked, ownerOf } from '../load.ts';
import type { StoredObject } from '../ports.ts';
import { type Stray, strayFacts, strayOf } from './stray.ts';

/** Where the credential comes from, once all references resolve. */
export interface Origin {
  readonly identity: VaultIdentity;
  readonly request: SecretRequest;
  readonly digest: string;
}

/** What every object with a credential has. */
export interface CredentialObject {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly destination: Destination;
    readonly rolloutRestartTargets?: readonly RolloutRestartTarget[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Situation<Kind extends CredentialObject = VaultDynamicSecret> {
  readonly object: Kind;
  readonly owner: Owner;
  /** The fault is thrown only where the origin is needed: a credential in use is renewed without it. */
  readonly origin: Origin | Fault;
  readonly secret: SecretDigest | undefined;
  readonly mark: LeaseMark | undefined;
  readonly stray: Stray | undefined;
  readonly world: DynamicWorld;
}

export async function gatherDynamic(
  deps: Deps,
  stored: StoredObject,
  learned: Learned,
  signal: AbortSignal,
): Promise<Situation> {
  const object = checked('VaultDynamicSecret', stored);
  const owner = ownerOf(stored);
  refuseLocked(deps, owner);
  catchUpWithStatus(deps, object, deps.book.ofOwner(owner));
  const records = deps.book.ofOwner(owner);
  const secret = await secretOf(deps, object, records, signal);
  const reading = readingOf(deps, owner, secret);
  const mark = reading.kind === 'genuine' ? reading.mark : undefined;
  const origin = resolvedOrigin(deps, object);
  const stray = strayOf(object, secret, mark, records);
  return {
    object,
    owner,
    origin,
    secret,
    mark,
    stray,
    world: {
      ...worldOf(deps, object, learned, records),
      uid: await livingUid(deps, object, records, secret, signal),
      syncAsked:
        openRequests(object).sync !== undefined && !learned.asked.has(mark?.revision ?? ''),
      sourceDigest: 'digest' in origin ? origin.digest : undefined,
      secret: secret && secretFacts(object, owner, secret, reading),
      stray: strayFacts(deps, owner, stray),
    },
  };
}

function worldOf(
  deps: Deps,
  object: VaultDynamicSecret,
  learned: Learned,
  records: readonly LedgerRecord[],
): Omit<DynamicWorld, 'uid' | 'sourceDigest' | 'secret' | 'stray' | 'syncAsked'> {
  return {
    now: deps.clock.now(),
    holder: deps.settings.holder,
    destination: object.spec.destination.name,
    renewalPercent: object.spec.renewalPercent,
    records: records.map((record) => factsOf(deps, record)),
    findings: learned.findings,
    rotateRequest: openRequests(object).rotate,
    restartedRevision: learned.restarted ?? object.status?.restartedRevision,
  };
}

/** A record as the planner looks at it. */
export function factsOf(deps: Deps, record: LedgerRecord): RecordFacts {
  const held = deps.held.get(record.revision);
  return {
    ...record,
    ...(held?.lease && { lease: held.lease }),
    confirmed: deps.book.isConfirmed(record.revision),
    doubted: deps.book.isDoubted(record.revision),
    held: held !== undefined,
    isNew: deps.book.isNew(record.revision),
    sent: record.holder !== deps.settings.holder || Boolean(held?.attempted),
  };
}

/** Renewals are noted in the status only; what it says can move our times forward. */
function catchUpWithStatus(
  deps: Deps,
  { status }: VaultDynamicSecret,
  records: readonly LedgerRecord[],
): void {
  const record = records.find((each) => each.revision === status?.revision);
  if (!record || deps.book.isConfirmed(record.revision)) return;
  const { lastRenewalTime = 0, tokenRenewalTime = 0 } = status ?? {};
  deps.book.adoptTimes(record.revision, lastRenewalTime * 1000, tokenRenewalTime * 1000);
}

/**
 * A Secret that is gone may have gone with its object, and the watch of Secrets be ahead of the one of objects: before
 * a credential is issued in its place the object is looked at.
 */
async function livingUid(
  deps: Deps,
  { kind, metadata: { namespace, name, uid } }: VaultDynamicSecret,
  records: readonly LedgerRecord[],
  secret: SecretDigest | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const wasWritten = records.some(({ state, owner }) => state !== 'pending' && owner.uid === uid);
  if (secret || !wasWritten) return uid;
  const life = await deps.objects.exists({ kind, namespace, name }, uid, signal);
  return life === 'there' ? uid : undefined;
}

/** A pending record may have reached the Secret without the watch having told us: then only a live read counts. */
export async function secretOf(
  deps: Deps,
  object: CredentialObject,
  records: readonly LedgerRecord[],
  signal: AbortSignal,
): Promise<SecretDigest | undefined> {
  const { namespace } = object.metadata;
  const { destination } = object.spec;
  const inDoubt = records.some(
    (record) => record.state === 'pending' && deps.held.get(record.revision)?.attempted !== false,
  );
  if (inDoubt || wasConflict(object)) return readLive(deps, namespace, destination.name, signal);
  return findSecret(deps, namespace, destination, signal);
}

/** The name was taken by a Secret that is not ours, and so is not watched. */
function wasConflict({ status }: CredentialObject): boolean {
  return Boolean(status?.conditions?.some(({ reason }) => reason === 'DestinationConflict'));
}

export function readingOf(deps: Deps, owner: Owner, secret: SecretDigest | undefined): MarkReading {
  if (!secret) return { kind: 'absent' };
  return readMark(deps.hmacKey, secret.annotations, { uid: owner.uid, mac: secret.mac });
}

function secretFacts(
  { spec, status }: VaultDynamicSecret,
  owner: Owner,
  secret: SecretDigest,
  reading: MarkReading,
): SecretFacts {
  const isGenuine = reading.kind === 'genuine';
  // What VSO wrote, and what came without a lease, carries no mark, but pods use what is in it.
  const inherited = status?.secretLease?.id || status?.secretMAC ? 'inherited' : undefined;
  return {
    revision: isGenuine ? reading.mark.revision : inherited,
    intact: isGenuine && reading.intact,
    metadataDrift: isGenuine && hasDrifted(spec.destination, owner, secret),
  };
}

export function hasDrifted(destination: Destination, owner: Owner, secret: SecretDigest): boolean {
  const mark = secret.annotations[LEASE_ANNOTATION];
  const marks = mark === undefined ? {} : { [LEASE_ANNOTATION]: mark };
  const plan = planDestination({ owner, destination, existing: secret, mac: secret.mac, marks });
  return plan.kind !== 'keep';
}

function resolvedOrigin(deps: Deps, object: VaultDynamicSecret): Origin | Fault {
  try {
    const identity = identityOf(deps, object);
    const request = dynamicRequest(identity, object.spec);
    return { identity, request, digest: sourceDigest(identity, request) };
  } catch (thrown) {
    return faultOf(thrown);
  }
}
