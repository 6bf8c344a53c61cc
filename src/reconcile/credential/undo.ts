/**
 * Undoing a credential that nothing uses any more: a lease with the token that owns it; a certificate without a lease by
 * its serial number, under a login of its own time; a Secret that was lent to an object, by emptying what is still ours.
 * What is refused is told to the object, if it is still there, and tried again; it never leads to another certificate.
 */
import { API_VERSION } from '../../api/group.ts';
import type { Reason } from '../../api/reasons.ts';
import { type GivenBack, giveBack } from '../../ledger/give-back.ts';
import type { LedgerRecord, RecordCertificate } from '../../ledger/record.ts';
import { readMark } from '../../plan/credential/lease-mark.ts';
import { TLS_TYPE } from '../../plan/pki/pki-request.ts';
import type { SecretData } from '../../plan/secret/secret.ts';
import { lentFrame } from '../../plan/secret/secret-frame.ts';
import type { Fault } from '../../runtime/fault.ts';
import { seal } from '../../runtime/sealed.ts';
import type { Deps } from '../deps.ts';

/**
 * left     - nothing is to be undone: it ends by itself
 * expired  - it ended before anybody came to undo it
 * orphaned - it ended, and until then undoing it was refused; or it ends, and nobody can undo it
 */
export type Undone = GivenBack | 'expired';

/** Undoes, then drops the record. A crash in between only does it again. */
export async function undo(deps: Deps, record: LedgerRecord, signal: AbortSignal): Promise<Undone> {
  const { certificate } = record;
  if (certificate?.clear && record.retirement?.why === 'owner-gone')
    await emptyLentSecret(deps, record, signal);
  if (!certificate || !record.token.released) return giveBack(deps, record, signal);
  const result = await endCertificate(deps, record, certificate, signal);
  await deps.book.drop(record.revision, signal);
  return result;
}

/** The object says what hinders; it is looked at when that changes. */
export function noteRefused(deps: Deps, record: LedgerRecord, fault: Fault): void {
  const { certificate, revision } = record;
  const before = deps.refusals.get(revision);
  if (!certificate || before?.message === fault.message) return;
  deps.refusals.set(revision, fault);
  const message = `certificate ${certificate.serial} was not revoked and is valid until it expires: ${fault.message}`;
  tell(deps, record, 'Warning', 'CertificateRevocationError', message);
  deps.wake(record.owner, 'refresh');
}

export function noteUndone(deps: Deps, record: LedgerRecord, result: Undone): void {
  const { certificate, owner, revision } = record;
  if (!certificate) return;
  deps.refusals.delete(revision);
  deps.wake(owner, 'refresh');
  if (result !== 'revoked') return;
  tell(
    deps,
    record,
    'Normal',
    'CertificateRevoked',
    `certificate ${certificate.serial} was revoked`,
  );
}

async function endCertificate(
  deps: Deps,
  { leaseNamespace, revision }: LedgerRecord,
  { serial, mount, identity, revoke, endsAt }: RecordCertificate,
  signal: AbortSignal,
): Promise<Undone> {
  if (!revoke) return 'left';
  if (deps.clock.now() >= endsAt) return deps.refusals.has(revision) ? 'orphaned' : 'expired';
  const request = {
    namespace: leaseNamespace,
    method: 'PUT',
    path: `${mount}/revoke`,
    body: { serial_number: serial },
  } as const;
  await deps.reads.read(identity, request, signal);
  return 'revoked';
}

/** Only as long as it holds exactly what was written for this object; whoever fills it next writes over nothing of his. */
async function emptyLentSecret(
  deps: Deps,
  { owner, destination }: LedgerRecord,
  signal: AbortSignal,
): Promise<void> {
  const content = await deps.secrets.read(owner.namespace, destination, signal);
  if (!content) return;
  const { digest } = content;
  const reading = readMark(deps.hmacKey, digest.annotations, { uid: owner.uid, mac: digest.mac });
  if (reading.kind !== 'genuine' || !reading.intact) return;
  const frame = lentFrame(digest, {});
  await deps.secrets.replace({ ...frame, data: seal(nothingIn(digest.type)) }, digest, signal);
}

/** Kubernetes wants the keys of a TLS Secret, whatever is in them. */
function nothingIn(type: string): SecretData {
  return type === TLS_TYPE ? { 'tls.crt': '', 'tls.key': '' } : {};
}

/** Nobody is told about an object that is gone except through the log and the metric. */
function tell(
  deps: Deps,
  { owner }: LedgerRecord,
  type: 'Normal' | 'Warning',
  reason: Reason,
  message: string,
): void {
  if (!deps.store.get(owner)) return;
  deps.events.emit({ about: { ...owner, apiVersion: API_VERSION }, type, reason, message });
}
