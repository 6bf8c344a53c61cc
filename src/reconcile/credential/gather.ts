/**
 * What is known of any object with a credential: its records, its Secret and the mark in it, and where its credential
 * comes from. Reads live where a decision destroys something: whether the Secret carries a revision that nobody has
 * promoted.
 */
import type { VaultIdentity } from '../../api/vault-exchange.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import { LEASE_ANNOTATION, type MarkReading, readMark } from '../../plan/credential/lease-mark.ts';
import type { CredentialWorld, RecordFacts, SecretFacts } from '../../plan/credential/world.ts';
import { openRequests } from '../../plan/requests.ts';
import { planDestination } from '../../plan/secret/destination.ts';
import type { Owner, SecretDigest } from '../../plan/secret/secret.ts';
import { type Fault, faultOf } from '../../runtime/fault.ts';
import { identityOf } from '../access/identity.ts';
import type { Deps } from '../deps.ts';
import { findSecret, readLive } from '../destination/destination.ts';
import { ownerOf } from '../load.ts';
import type { CredentialObject, Origin, Renewing, Situation } from './turn.ts';

/** VSO's default, where the object has none that is legal. */
export const RENEWAL_PERCENT = 67;

/** In what one kind differs from another when it is looked at. */
export interface Look<Kind extends CredentialObject> {
  /** What Vault is asked for, and the digest of what a credential depends on. Throws InvalidSpec. */
  readonly asks: (identity: VaultIdentity, object: Kind) => Omit<Origin, 'identity'>;
  /** Pods use what is in the Secret, though it carries no mark of ours. */
  readonly inherits: (object: Kind) => boolean;
}

/** What only one kind has is not in the world yet: whoever gathers for that kind adds it. */
export async function gather<Kind extends CredentialObject>(
  { deps, learned, context }: Renewing,
  object: Kind,
  look: Look<Kind>,
): Promise<Situation<Kind>> {
  const owner = ownerOf(object);
  const records = deps.book.ofOwner(owner);
  const secret = await secretOf(deps, object, records, context.signal);
  const reading = readingOf(deps, owner, secret);
  const mark = reading.kind === 'genuine' ? reading.mark : undefined;
  const origin = resolvedOrigin(deps, look, object);
  const world: CredentialWorld = {
    now: deps.clock.now(),
    uid: owner.uid,
    holder: deps.settings.holder,
    destination: object.spec.destination.name,
    sourceDigest: 'digest' in origin ? origin.digest : undefined,
    renewalPercent: RENEWAL_PERCENT,
    records: records.map((record) => factsOf(deps, record)),
    secret: secret && secretFacts(look, object, secret, reading),
    stray: undefined,
    findings: learned.findings,
    syncAsked: false,
    rotateRequest: openRequests(object).rotate,
    restartedRevision: learned.restarted,
  };
  return { object, owner, records, origin, secret, mark, world };
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

/** A pending record may have reached the Secret without the watch having told us: then only a live read counts. */
async function secretOf(
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

function readingOf(deps: Deps, owner: Owner, secret: SecretDigest | undefined): MarkReading {
  if (!secret) return { kind: 'absent' };
  return readMark(deps.hmacKey, secret.annotations, { uid: owner.uid, mac: secret.mac });
}

function secretFacts<Kind extends CredentialObject>(
  look: Look<Kind>,
  object: Kind,
  secret: SecretDigest,
  reading: MarkReading,
): SecretFacts {
  const isGenuine = reading.kind === 'genuine';
  const inherited = look.inherits(object) ? 'inherited' : undefined;
  return {
    revision: isGenuine ? reading.mark.revision : inherited,
    intact: isGenuine && reading.intact,
    metadataDrift: isGenuine && hasDrifted(object, secret),
  };
}

function hasDrifted(object: CredentialObject, secret: SecretDigest): boolean {
  const mark = secret.annotations[LEASE_ANNOTATION];
  const marks = mark === undefined ? {} : { [LEASE_ANNOTATION]: mark };
  const { destination } = object.spec;
  const wish = { owner: ownerOf(object), destination, mac: secret.mac, marks };
  return planDestination({ ...wish, existing: secret }).kind !== 'keep';
}

function resolvedOrigin<Kind extends CredentialObject>(
  deps: Deps,
  look: Look<Kind>,
  object: Kind,
): Origin | Fault {
  try {
    const identity = identityOf(deps, object);
    return { identity, ...look.asks(identity, object) };
  } catch (thrown) {
    return faultOf(thrown);
  }
}
