/** What a VaultPKISecret's status says after a reconcile, from its last turn and what was learned on the way. */
import { credentialEndsAt, type LedgerRecord } from '../../ledger/record.ts';
import { offsetFits } from '../../plan/pki/certificate.ts';
import { type GiveBackFacts, type SyncFacts, summariseSync } from '../../plan/status/status.ts';
import type { EventText } from '../../plan/status/transition.ts';
import type { Fault } from '../../runtime/fault.ts';
import { rfc3339 } from '../../runtime/instant.ts';
import { restartFacts } from '../destination/restart-facts.ts';
import { restartEvents } from '../destination/restarts.ts';
import {
  giveBackFacts,
  hasRestarted,
  isAsWanted,
  recordInPlace,
  requestFields,
  unresolved,
  workingOn,
} from '../leased/report.ts';
import type { StoredObject } from '../ports.ts';
import type { Report } from '../report.ts';
import { expiryOffsetOf, type PkiTurn } from './gather.ts';

export async function reportPki(
  stored: StoredObject,
  turn: PkiTurn,
  failure: Fault | undefined,
): Promise<Report> {
  const { deps, situation, learned, context } = turn;
  // References that do not resolve are no failure while nothing is asked of them, and are told all the same.
  const fault = failure ?? unresolved(situation);
  const record = recordInPlace(turn);
  const endsAt = certificateEndsAt(turn);
  const facts: SyncFacts = {
    usable: endsAt !== undefined && deps.clock.now() < endsAt,
    synced: record ? isAsWanted(turn, record) : endsAt !== undefined,
    fault,
    working: workingOn(turn),
    restart: await restartFacts(deps, situation.object, learned.restart, context.signal),
    giveBack: revocationFacts(turn, record),
  };
  return {
    stored,
    fault,
    summary: summariseSync(facts),
    fields: {
      ...(record && fieldsOf(turn, record, fault)),
      ...requestFields(turn, fault),
      valid: fault === undefined,
      error: fault?.message ?? '',
    },
    events: eventsOf(turn, record),
  };
}

/** When what is in the Secret ends; undefined when there is nothing that we know. */
export function certificateEndsAt(turn: PkiTurn): number | undefined {
  const { found, pki } = turn.situation;
  const record = recordInPlace(turn);
  if (record) return credentialEndsAt(record);
  return pki.unrecorded && found?.endsAt;
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

function eventsOf(turn: PkiTurn, record: LedgerRecord | undefined): EventText[] {
  const { adopted, restart, written } = turn.learned;
  return [
    ...(adopted === undefined ? [] : [adoptedEvent(adopted)]),
    ...(written && record ? writtenEvents(turn, written, record) : []),
    ...(restart ? restartEvents(restart) : []),
  ];
}

function adoptedEvent(serial: string): EventText {
  const message = `certificate ${serial} was found in the Secret and is kept`;
  return { type: 'Normal', reason: 'SecretSynced', message };
}

function writtenEvents(
  { learned, situation }: PkiTurn,
  { first }: { readonly first: boolean },
  { certificate, repair }: LedgerRecord,
): EventText[] {
  if (!certificate) return [];
  const limit = repair ? '; repairs come at most once a minute' : '';
  const until = rfc3339(certificate.endsAt);
  const message = `certificate ${certificate.serial}, valid until ${until}, was issued (${learned.issued ?? 'Recovery'}) and written${limit}`;
  const offsetMs = expiryOffsetOf(situation.object);
  const isIgnored = offsetMs > 0 && !offsetFits(certificate, offsetMs);
  return [
    { type: 'Normal', reason: first ? 'SecretSynced' : 'SecretRotated', message },
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
