/**
 * The facts about one certificate: those of every credential, and what its own dates, its object and the Secret say.
 * The Secret is only read where no record tells what is in it; otherwise its digest is enough.
 */
import { parseDuration } from '../../api/duration.ts';
import type { VaultPKISecret } from '../../api/vault-pki-secret.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { RecordFacts } from '../../plan/credential/world.ts';
import {
  type CertificateFacts,
  certificateDue,
  readCertificate,
} from '../../plan/pki/certificate.ts';
import { certificateDigest, pkiRequest } from '../../plan/pki/pki-request.ts';
import { judgeUnrecorded, type Unrecorded } from '../../plan/pki/pki-secret.ts';
import type { SecretData } from '../../plan/secret/secret.ts';
import { spreadOf } from '../../runtime/spread.ts';
import { factsOf, gather, type Look } from '../credential/gather.ts';
import { unlocked } from '../credential/ledger-lock.ts';
import type { Origin, Renewing, Situation } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import type { PkiTurn } from './turn.ts';

type Seen = Situation<VaultPKISecret>;

const LOOK: Look<VaultPKISecret> = {
  asks: (identity, { spec }) => {
    const request = pkiRequest(identity, spec);
    return { request, digest: certificateDigest(identity, request, spec) };
  },
  // What VSO wrote carries no mark.
  inherits: ({ status }) => Boolean(status?.serialNumber),
};

export async function gatherPki(renewing: Renewing, stored: StoredObject): Promise<PkiTurn> {
  const { deps, learned, context } = renewing;
  const object = unlocked(deps, 'VaultPKISecret', stored);
  const seen = await gather(renewing, object, LOOK);
  const found = await unrecordedIn(deps, seen, context.signal);
  const world = {
    ...seen.world,
    records: seen.records.map((record) => certificateFacts(deps, object, record)),
    restartedRevision: learned.restarted ?? restartedBy(seen),
  };
  const pki = {
    credential: world,
    unrecorded: unrecordedOf(seen, found),
    outdated: seen.records.filter((each) => isOutdated(seen, each)).map(revisionOf),
  };
  return { ...renewing, stored, situation: { ...seen, found, world, pki } };
}

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

function certificateFacts(deps: Deps, object: VaultPKISecret, record: LedgerRecord): RecordFacts {
  const { certificate, revision } = record;
  const facts = factsOf(deps, record);
  if (!certificate) return facts;
  const replaceAt = certificateDue(certificate, expiryOffsetOf(object), spreadOf(revision));
  return { ...facts, replaceAt };
}

/** The MAC in the status is written last, when everybody was restarted. What was edited is replaced, and restarts then. */
function restartedBy({ object, secret, mark, world }: Seen): string | undefined {
  const isDone = !world.secret?.intact || object.status?.secretMAC === secret?.mac;
  return isDone ? mark?.revision : undefined;
}

/** Reads the Secret when it may hold a certificate that nobody has on record. */
async function unrecordedIn(
  deps: Deps,
  { object, records, secret }: Seen,
  signal: AbortSignal,
): Promise<CertificateFacts | undefined> {
  const isOnRecord = records.some(({ state }) => state !== 'retiring');
  if (isOnRecord || !secret || !object.status?.serialNumber) return undefined;
  const { metadata, spec } = object;
  const content = await deps.secrets.read(metadata.namespace, spec.destination.name, signal);
  return content?.digest.mac === secret.mac ? certificateIn(content.data.open()) : undefined;
}

function unrecordedOf(
  { object, secret, mark, world }: Seen,
  found: CertificateFacts | undefined,
): Unrecorded | undefined {
  if (!secret || !found) return undefined;
  const { metadata, status } = object;
  return judgeUnrecorded({
    generation: metadata.generation,
    status: status ?? {},
    mac: secret.mac,
    mark: mark && {
      revision: mark.revision,
      intact: world.secret?.intact ?? false,
      leased: mark.leaseId !== '',
    },
    serial: found.serial,
  });
}

/** A certificate that is retiring is revoked by whoever may do it now; what is wished for it was decided then. */
function isOutdated(
  { object, origin, owner }: Seen,
  { certificate, state, owner: { uid } }: LedgerRecord,
): boolean {
  const { spec } = object;
  if (!certificate || uid !== owner.uid) return false;
  if (certificate.revoke && isAnother(certificate.identity, origin)) return true;
  if (state !== 'current') return false;
  return certificate.revoke !== (spec.revoke ?? false) || certificate.clear !== clearsOf(spec);
}

/** At the same Vault: at another one nobody knows the certificate. */
export function isAnother(noted: Origin['identity'], origin: Seen['origin']): origin is Origin {
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
