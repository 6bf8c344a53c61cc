/**
 * The facts about one certificate: those of every credential, and what its own dates, its object and the Secret say.
 * The Secret is only read where no record tells what is in it; otherwise its digest is enough.
 */
import { parseDuration } from '../../api/duration.ts';
import type { VaultPKISecret } from '../../api/vault-pki-secret.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { DynamicWorld, RecordFacts, SecretFacts } from '../../plan/leased/dynamic-world.ts';
import type { MarkReading } from '../../plan/leased/lease-mark.ts';
import {
  type CertificateFacts,
  certificateDue,
  readCertificate,
} from '../../plan/pki/certificate.ts';
import { certificateDigest, pkiRequest } from '../../plan/pki/pki-request.ts';
import { judgeUnrecorded, type PkiWorld } from '../../plan/pki/pki-secret.ts';
import { openRequests } from '../../plan/requests.ts';
import type { Owner, SecretData, SecretDigest } from '../../plan/secret/secret.ts';
import { type Fault, faultOf } from '../../runtime/fault.ts';
import { spreadOf } from '../../runtime/spread.ts';
import { identityOf } from '../access/identity.ts';
import { refuseLocked } from '../credential/ledger-lock.ts';
import type { Learned, Turn } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import {
  factsOf,
  hasDrifted,
  type Origin,
  readingOf,
  type Situation,
  secretOf,
} from '../leased/gather.ts';
import { checked, ownerOf } from '../load.ts';
import type { StoredObject } from '../ports.ts';

export interface PkiSituation extends Situation<VaultPKISecret> {
  /** In the Secret, where no record tells of one. */
  readonly found: CertificateFacts | undefined;
  readonly pki: PkiWorld;
}

export interface PkiTurn extends Turn<VaultPKISecret> {
  readonly situation: PkiSituation;
}

export async function gatherPki(
  deps: Deps,
  stored: StoredObject,
  learned: Learned,
  signal: AbortSignal,
): Promise<PkiSituation> {
  const object = checked('VaultPKISecret', stored);
  const owner = ownerOf(stored);
  refuseLocked(deps, owner);
  const records = deps.book.ofOwner(owner);
  const secret = await secretOf(deps, object, records, signal);
  const reading = readingOf(deps, owner, secret);
  const mark = reading.kind === 'genuine' ? reading.mark : undefined;
  const origin = resolvedOrigin(deps, object);
  const found = await unrecordedIn(deps, object, secret, records, signal);
  const world: DynamicWorld = {
    ...worldOf(deps, object, learned, records),
    sourceDigest: 'digest' in origin ? origin.digest : undefined,
    secret: secret && secretFacts(object, owner, secret, reading),
    restartedRevision: learned.restarted ?? restartedBy(object, secret, reading),
  };
  const pki = {
    credential: world,
    unrecorded: found && secret && unrecordedOf(object, secret, reading, found),
    outdated: records.filter((each) => isOutdated(object, origin, each)).map(revisionOf),
  };
  return { object, owner, origin, secret, mark, stray: undefined, found, world, pki };
}

/** VSO's default of a VaultDynamicSecret. */
const RENEWAL_PERCENT = 67;

/** spec.expiryOffset in ms; 0 for none. */
export function expiryOffsetOf({ spec }: VaultPKISecret): number {
  return spec.expiryOffset ? parseDuration(spec.expiryOffset) : 0;
}

/** In the data of a Secret, under the key that Vault's answer had it, or in that of a TLS Secret. */
export function certificateIn(data: SecretData): CertificateFacts | undefined {
  for (const key of ['certificate', 'tls.crt']) {
    const found = readCertificate(Buffer.from(data[key] ?? '', 'base64').toString());
    if (found) return found;
  }
  return undefined;
}

function worldOf(
  deps: Deps,
  object: VaultPKISecret,
  learned: Learned,
  records: readonly LedgerRecord[],
): Omit<DynamicWorld, 'sourceDigest' | 'secret' | 'restartedRevision'> {
  return {
    now: deps.clock.now(),
    uid: object.metadata.uid,
    holder: deps.settings.holder,
    destination: object.spec.destination.name,
    // For leases that can be renewed, which PKI engines do not give; a certificate is due by its own dates.
    renewalPercent: RENEWAL_PERCENT,
    records: records.map((record) => certificateFacts(deps, object, record)),
    stray: undefined,
    findings: learned.findings,
    syncAsked: false,
    rotateRequest: openRequests(object).rotate,
  };
}

function certificateFacts(deps: Deps, object: VaultPKISecret, record: LedgerRecord): RecordFacts {
  const { certificate, revision } = record;
  const facts = factsOf(deps, record);
  if (!certificate) return facts;
  const replaceAt = certificateDue(certificate, expiryOffsetOf(object), spreadOf(revision));
  return { ...facts, replaceAt };
}

function secretFacts(
  { spec, status }: VaultPKISecret,
  owner: Owner,
  secret: SecretDigest,
  reading: MarkReading,
): SecretFacts {
  const isGenuine = reading.kind === 'genuine';
  // What VSO wrote carries no mark, but pods use what is in it.
  const inherited = status?.serialNumber ? 'inherited' : undefined;
  return {
    revision: isGenuine ? reading.mark.revision : inherited,
    intact: isGenuine && reading.intact,
    metadataDrift: isGenuine && hasDrifted(spec.destination, owner, secret),
  };
}

/** The MAC in the status is written last, when everybody was restarted. What was edited is replaced, and restarts then. */
function restartedBy(
  { status }: VaultPKISecret,
  secret: SecretDigest | undefined,
  reading: MarkReading,
): string | undefined {
  if (reading.kind !== 'genuine') return undefined;
  const isDone = !reading.intact || status?.secretMAC === secret?.mac;
  return isDone ? reading.mark.revision : undefined;
}

/** Reads the Secret when it may hold a certificate that nobody has on record. */
async function unrecordedIn(
  deps: Deps,
  { metadata, spec, status }: VaultPKISecret,
  secret: SecretDigest | undefined,
  records: readonly LedgerRecord[],
  signal: AbortSignal,
): Promise<CertificateFacts | undefined> {
  const isOnRecord = records.some(({ state }) => state !== 'retiring');
  if (isOnRecord || !secret || !status?.serialNumber) return undefined;
  const content = await deps.secrets.read(metadata.namespace, spec.destination.name, signal);
  return content?.digest.mac === secret.mac ? certificateIn(content.data.open()) : undefined;
}

function unrecordedOf(
  { metadata, status }: VaultPKISecret,
  { mac }: SecretDigest,
  reading: MarkReading,
  found: CertificateFacts,
) {
  const mark =
    reading.kind === 'genuine'
      ? {
          revision: reading.mark.revision,
          intact: reading.intact,
          leased: reading.mark.leaseId !== '',
        }
      : undefined;
  const { generation } = metadata;
  return judgeUnrecorded({ generation, status: status ?? {}, mac, mark, serial: found.serial });
}

/** A certificate that is retiring is revoked by whoever may do it now; what is wished for it was decided then. */
function isOutdated(
  { spec, metadata }: VaultPKISecret,
  origin: Origin | Fault,
  { certificate, state, owner }: LedgerRecord,
): boolean {
  if (!certificate || owner.uid !== metadata.uid) return false;
  if (certificate.revoke && isAnother(certificate.identity, origin)) return true;
  if (state !== 'current') return false;
  return certificate.revoke !== (spec.revoke ?? false) || certificate.clear !== clearsOf(spec);
}

/** At the same Vault: at another one nobody knows the certificate. */
export function isAnother(noted: Origin['identity'], origin: Origin | Fault): origin is Origin {
  if (!('digest' in origin)) return false;
  const { key, endpoint } = origin.identity;
  return key !== noted.key && endpoint.address === noted.endpoint.address;
}

/** A Secret of our own goes with its object. */
export function clearsOf({ clear, destination }: VaultPKISecret['spec']): boolean {
  return Boolean(clear) && !destination.create;
}

function revisionOf({ revision }: LedgerRecord): string {
  return revision;
}

function resolvedOrigin(deps: Deps, object: VaultPKISecret): Origin | Fault {
  try {
    const identity = identityOf(deps, object);
    const request = pkiRequest(identity, object.spec);
    return { identity, request, digest: certificateDigest(identity, request, object.spec) };
  } catch (thrown) {
    return faultOf(thrown);
  }
}
