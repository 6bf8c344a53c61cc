/**
 * The acts that only a certificate needs, or does its own way: keeping what was issued, taking one over that nobody has
 * on record, and noting what the object wants done with it when it is gone.
 */
import type { SecretAnswer } from '../../api/vault-exchange.ts';
import { releaseToken } from '../../ledger/owning-token.ts';
import type { LedgerRecord, RecordCertificate, RecordToken } from '../../ledger/record.ts';
import { writeMark } from '../../plan/credential/lease-mark.ts';
import type { CertificateFacts } from '../../plan/pki/certificate.ts';
import { issuedCertificate } from '../../plan/pki/pki-data.ts';
import { mountOf, TLS_TYPE } from '../../plan/pki/pki-request.ts';
import type { PkiPlan } from '../../plan/pki/pki-secret.ts';
import { absenceFault, judgePlain } from '../../plan/secret/source-state.ts';
import { FaultError, waiting } from '../../runtime/fault.ts';
import { seal } from '../../runtime/sealed.ts';
import { carryOutCommon, isCommon } from '../credential/acts.ts';
import { recordRef } from '../credential/give-back.ts';
import { issueCredential, renderIssued } from '../credential/issue.ts';
import { type Origin, originOf } from '../credential/turn.ts';
import {
  makeCurrent,
  markedLease,
  removeFormerSecrets,
  writeCredential,
} from '../credential/write.ts';
import { changedMeanwhile, writeDestination } from '../destination/destination.ts';
import type { SecretContent } from '../ports.ts';
import { certificateIn, clearsOf, isAnother } from './gather.ts';
import type { PkiTurn } from './turn.ts';

type PkiAct = Exclude<PkiPlan, { kind: 'wait' }>;

/** Throws the fault of the act; what it had done by then stands. */
export async function carryOutPki(turn: PkiTurn, act: PkiAct): Promise<void> {
  if (isCommon(act)) return carryOutCommon(turn, act);
  switch (act.kind) {
    case 'issue':
      return issueCredential(turn, act, (...issued) => holdCertificate(turn, ...issued));
    case 'write':
      await writeCredential(turn, act.revision);
      return removeFormerSecrets(turn);
    case 'promote':
      return promote(turn, act.revision);
    case 'mark':
      return markFound(turn);
    case 'record':
      return recordFound(turn, act.revision);
    case 'note':
      return noteWishes(turn, act.revision);
    case 'adopt':
      throw new Error('a certificate is no stray lease');
  }
}

/** Its key exists here only, until the Secret is written. Without a lease nothing hangs on the token that asked for it. */
async function holdCertificate(
  turn: PkiTurn,
  origin: Origin,
  record: LedgerRecord,
  answer: SecretAnswer,
): Promise<void> {
  const { deps, context } = turn;
  const state = judgePlain(answer);
  if (state.kind !== 'present') throw new FaultError(absenceFault(state.kind, origin.request.path));
  const { facts, source } = issuedCertificate(state.source.whole, formOf(turn));
  const issuedAt = deps.clock.now();
  if (facts.endsAt <= issuedAt) throw endedAlready();
  const lease = deps.book.get(record.revision)?.lease;
  const span = { askedAt: issuedAt, ttlMs: facts.endsAt - issuedAt };
  const data = renderIssued(turn, source);
  deps.held.put(record.revision, {
    data,
    lease,
    span,
    requestId: answer.requestId,
    attempted: false,
  });
  deps.book.noteCertificate(record.revision, certificateOf(turn, origin, facts, issuedAt), !lease);
  if (!lease) await release(turn, record, context.signal);
}

function formOf({ situation }: PkiTurn) {
  const { spec } = situation.object;
  const type = spec.destination.create ? spec.destination.type : situation.secret?.type;
  return { isTls: TLS_TYPE === (type || spec.destination.type), keyFormat: spec.privateKeyFormat };
}

function endedAlready(): Error {
  return waiting(
    'VaultAnswerInvalid',
    'the certificate that Vault issued has ended already; compare the clocks of Vault and of the operator',
  );
}

/** If this fails it ends by its own short TTL. */
async function release(
  { deps }: PkiTurn,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<void> {
  await releaseToken(deps, record, signal).catch(() => undefined);
}

function certificateOf(
  { situation }: PkiTurn,
  { identity }: Origin,
  { serial, endsAt }: CertificateFacts,
  issuedAt: number,
): RecordCertificate {
  const { spec } = situation.object;
  return {
    serial,
    issuedAt,
    endsAt,
    mount: mountOf(spec),
    identity,
    revoke: spec.revoke ?? false,
    clear: clearsOf(spec),
  };
}

/** The Secret was written and the record was not: Secret and mark say what the record lacks. */
async function promote(turn: PkiTurn, revision: string): Promise<void> {
  const { deps, situation, context } = turn;
  const { mark, owner, object } = situation;
  const record = deps.book.get(revision);
  if (!mark || !record) throw new Error('a carried revision has a mark and a record');
  const { destination } = object.spec;
  const content = await deps.secrets.read(owner.namespace, destination.name, context.signal);
  const facts = content && certificateIn(content.data.open());
  const lease = markedLease(mark);
  if (facts) {
    const certificate = certificateOf(turn, originOf(turn), facts, mark.issuedAt);
    deps.book.noteCertificate(revision, certificate, !lease);
  }
  if (!lease) await release(turn, record, context.signal);
  await makeCurrent(turn, revision, lease);
  await removeFormerSecrets(turn);
}

/** First the mark: without one a crash would leave a record that no Secret bears out. */
async function markFound(turn: PkiTurn): Promise<void> {
  const { deps, situation, context } = turn;
  const { owner, object, secret } = situation;
  const { facts, content } = await lookAtFound(turn);
  const issuedAt = issuedAtOf(turn, facts);
  const mark = {
    revision: deps.newRevision(),
    leaseId: '',
    issuedAt,
    ttlMs: facts.endsAt - issuedAt,
    renewable: false,
  };
  const mac = content.digest.mac;
  const marks = writeMark(deps.hmacKey, mark, { uid: owner.uid, mac });
  const wish = { owner, destination: object.spec.destination, data: content.data, mac, marks };
  await writeDestination(deps, wish, secret, context.signal);
}

/** What is in the Secret, if it is still what was judged. */
async function lookAtFound({ deps, situation, context }: PkiTurn) {
  const { owner, object, secret, found } = situation;
  const { name } = object.spec.destination;
  const content: SecretContent | undefined = await deps.secrets.read(
    owner.namespace,
    name,
    context.signal,
  );
  if (content && found && content.digest.mac === secret?.mac) return { content, facts: found };
  throw changedMeanwhile(name);
}

/** When VSO or a former ledger had it, by the status; a certificate counts from earlier. */
function issuedAtOf({ situation }: PkiTurn, { validFrom, endsAt }: CertificateFacts): number {
  const rotatedAt = (situation.object.status?.lastRotation ?? 0) * 1000;
  return rotatedAt > validFrom && rotatedAt < endsAt ? rotatedAt : validFrom;
}

async function recordFound(turn: PkiTurn, revision: string): Promise<void> {
  const { deps, situation, learned, context } = turn;
  const { owner, object, mark, found } = situation;
  if (!mark || !found) throw new Error('a marked certificate was looked at');
  const origin = originOf(turn);
  const { identity, request } = origin;
  const record: LedgerRecord = {
    revision,
    state: 'current',
    cluster: deps.settings.cluster,
    holder: deps.settings.holder,
    owner,
    destination: object.spec.destination.name,
    sourceDigest: origin.digest,
    restarts: false,
    repair: false,
    createdAt: mark.issuedAt,
    endpoint: identity.endpoint,
    tokenNamespace: identity.namespace,
    leaseNamespace: request.namespace,
    token: NO_TOKEN,
    secretToken: seal('none'),
    certificate: certificateOf(turn, origin, found, mark.issuedAt),
  };
  await deps.book.open(record, context.signal);
  learned.adopted = found.serial;
}

/** Whoever asked for it is not known, and nothing hangs on it. */
const NO_TOKEN: RecordToken = {
  accessor: '',
  type: 'service',
  renewable: false,
  defaultPolicy: true,
  loginTtlMs: 0,
  askedAt: 0,
  ttlMs: 0,
  capped: true,
  released: true,
};

/** A retiring one is tried again at once: another identity may fare better. */
async function noteWishes(turn: PkiTurn, revision: string): Promise<void> {
  const { deps, situation, context } = turn;
  const { spec } = situation.object;
  const { origin } = situation;
  const record = deps.book.get(revision);
  if (!record?.certificate) throw new Error('only a certificate has wishes');
  const isRetiring = record.state === 'retiring';
  const change = {
    ...(isAnother(record.certificate.identity, origin) && { identity: origin.identity }),
    ...(!isRetiring && { revoke: spec.revoke ?? false, clear: clearsOf(spec) }),
  };
  await deps.book.rewriteCertificate(revision, change, context.signal);
  if (isRetiring) deps.wake(recordRef(deps, revision), 'refresh');
}
