/** What only a VaultPKISecret's status says: its certificate, and what hinders that a former one is revoked. */
import type { LedgerRecord } from '../../ledger/record.ts';
import { offsetFits } from '../../plan/pki/certificate.ts';
import type { GiveBackFacts } from '../../plan/status/status.ts';
import type { EventText } from '../../plan/status/transition.ts';
import type { Fault } from '../../runtime/fault.ts';
import { rfc3339 } from '../../runtime/instant.ts';
import { giveBackFacts, hasRestarted, type Voice } from '../credential/report.ts';
import { expiryOffsetOf } from './gather.ts';
import type { PkiTurn } from './turn.ts';

export const PKI_VOICE: Voice<PkiTurn> = {
  unrecordedEndsAt: ({ situation }) => situation.pki.unrecorded && situation.found?.endsAt,
  facts: (turn, record) => ({ giveBack: revocationFacts(turn, record) }),
  fields: (turn, record, fault) => ({
    ...(record && fieldsOf(turn, record, fault)),
    ...validity(fault),
  }),
  adopted: (serial) => ({
    type: 'Normal',
    reason: 'SecretSynced',
    message: `certificate ${serial} was found in the Secret and is kept`,
  }),
  written: writtenEvents,
};

/** Also of one that could not be looked at. */
export function validity(fault: Fault | undefined) {
  return { valid: fault === undefined, error: fault?.message ?? '' };
}

/** Undefined leaves what a former process said of a certificate that is still to be revoked. */
function revocationFacts(
  { deps, situation }: PkiTurn,
  record: LedgerRecord | undefined,
): GiveBackFacts | undefined {
  const retiring = deps.book
    .ofOwner(situation.owner)
    .filter(({ state, certificate }) => state === 'retiring' && certificate?.revoke);
  for (const { revision, certificate } of retiring) {
    const fault = deps.refusals.get(revision);
    if (fault && certificate) return { kind: 'refused', serial: certificate.serial, fault };
  }
  if (retiring.length > 0) return undefined;
  return record?.lease ? giveBackFacts(record) : { kind: 'none' };
}

function fieldsOf(turn: PkiTurn, record: LedgerRecord, fault: Fault | undefined) {
  const { object, secret } = turn.situation;
  const { certificate } = record;
  return {
    ...(certificate && {
      serialNumber: certificate.serial,
      expiration: seconds(certificate.endsAt),
      lastRotation: seconds(certificate.issuedAt),
    }),
    ...(hasRestarted(turn, record) && { secretMAC: secret?.mac }),
    ...(!fault && { lastGeneration: object.metadata.generation }),
  };
}

function writtenEvents(
  { learned, situation }: PkiTurn,
  { certificate, repair }: LedgerRecord,
  isFirst: boolean,
): EventText[] {
  if (!certificate) return [];
  const limit = repair ? '; repairs come at most once a minute' : '';
  const until = rfc3339(certificate.endsAt);
  const message = `certificate ${certificate.serial}, valid until ${until}, was issued (${learned.issued ?? 'Recovery'}) and written${limit}`;
  const offsetMs = expiryOffsetOf(situation.object);
  const isIgnored = offsetMs > 0 && !offsetFits(certificate, offsetMs);
  return [
    { type: 'Normal', reason: isFirst ? 'SecretSynced' : 'SecretRotated', message },
    ...(isIgnored ? [OFFSET_IGNORED] : []),
  ];
}

const OFFSET_IGNORED: EventText = {
  type: 'Warning',
  reason: 'ExpiryOffsetIgnored',
  message:
    'spec.expiryOffset is as long as the certificate lives, so it is replaced after two thirds of its life; lower spec.expiryOffset or raise spec.ttl',
};

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
