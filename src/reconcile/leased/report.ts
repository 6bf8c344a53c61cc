/** What a VaultDynamicSecret's status says after a reconcile, from its last turn and what was learned on the way. */
import { REASONS } from '../../api/reasons.ts';
import { credentialEndsAt, type LedgerRecord } from '../../ledger/record.ts';
import { isRotationOpen } from '../../plan/leased/dynamic-cause.ts';
import { inPlace } from '../../plan/leased/dynamic-records.ts';
import { handledRequests } from '../../plan/requests.ts';
import {
  GIVE_BACK_DOUBTFUL,
  type GiveBackFacts,
  type RenewalFacts,
  type SyncFacts,
  summariseSync,
} from '../../plan/status/status.ts';
import type { EventText } from '../../plan/status/transition.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { CredentialTurn, Learned, Turn } from '../credential/turn.ts';
import { restartFacts } from '../destination/restart-facts.ts';
import { restartEvents } from '../destination/restarts.ts';
import type { StoredObject } from '../ports.ts';
import type { Report } from '../report.ts';
import { strayEndsAt } from './stray.ts';

export async function reportDynamic(
  stored: StoredObject,
  turn: Turn,
  failure: Fault | undefined,
): Promise<Report> {
  const { deps, situation, learned, context } = turn;
  // References that do not resolve are no failure while nothing is asked of them, and are told all the same.
  const fault = failure ?? unresolved(situation);
  const record = recordInPlace(turn);
  const restart = await restartFacts(deps, situation.object, learned.restart, context.signal);
  const endsAt = endInPlace(turn);
  const facts: SyncFacts = {
    usable: endsAt !== undefined && deps.clock.now() < endsAt,
    synced: record ? isAsWanted(turn, record) : endsAt !== undefined,
    fault,
    working: workingOn(turn),
    restart,
    renewal: renewalFacts(learned, failure),
    giveBack: record && giveBackFacts(record),
  };
  return {
    stored,
    fault,
    summary: summariseSync(facts),
    fields: {
      ...restartedField(learned),
      ...(record && fieldsOf(turn, record, fault)),
      ...requestFields(turn, fault),
    },
    events: eventsOf(learned, record),
  };
}

/** When the credential in place dies: no retry may sleep past it. */
export function endInPlace(turn: Turn): number | undefined {
  const record = recordInPlace(turn);
  return record ? credentialEndsAt(record) : strayEndsAt(turn);
}

export function unresolved({ origin }: CredentialTurn['situation']): Fault | undefined {
  return 'digest' in origin ? undefined : origin;
}

export function recordInPlace({ deps, situation }: CredentialTurn): LedgerRecord | undefined {
  const { world } = situation;
  const facts = world.secret?.intact ? inPlace(world) : undefined;
  return facts && deps.book.get(facts.revision);
}

const REPAIR_PENDING =
  'the Secret was changed or deleted by someone else soon after a repair; it is repaired again, with a new credential, at most once a minute';

const ROTATION_PENDING =
  'a new credential was asked for soon after another; it is issued at most every 30 seconds';

/** What is still to come, as a sentence. */
export function workingOn(turn: CredentialTurn): string | undefined {
  if (isRepairPending(turn)) return REPAIR_PENDING;
  return isRotationOpen(turn.situation.world) ? ROTATION_PENDING : undefined;
}

function isRepairPending({ situation }: CredentialTurn): boolean {
  const { world } = situation;
  return world.records.some((record) => record.repair) && !(inPlace(world) && world.secret?.intact);
}

export function isAsWanted({ situation }: CredentialTurn, record: LedgerRecord): boolean {
  const { sourceDigest } = situation.world;
  return sourceDigest === undefined || sourceDigest === record.sourceDigest;
}

export function renewalFacts(learned: Learned, fault: Fault | undefined): RenewalFacts | undefined {
  if (learned.written) return { kind: 'none' };
  if (learned.renewing && fault) return { kind: 'failed', fault };
  return learned.renewed ? { kind: 'renewed' } : undefined;
}

/** That a token without the default policy could be renewed shows that its own policies allow what is needed. */
export function giveBackFacts({ token }: LedgerRecord): GiveBackFacts {
  const isOnItsOwn = token.type === 'service' && !token.defaultPolicy && !token.renewable;
  return { kind: isOnItsOwn ? 'doubtful' : 'none' };
}

/** Also of a Secret that was changed meanwhile: what was restarted is not restarted again. */
function restartedField({ restarted }: Learned) {
  return restarted === undefined ? {} : { restartedRevision: restarted };
}

function fieldsOf(turn: Turn, record: LedgerRecord, fault: Fault | undefined) {
  const { object } = turn.situation;
  const { revision } = record;
  return {
    revision,
    secretMAC: undefined,
    staticCredsMetaData: undefined,
    tokenRenewalTime: seconds(record.token.askedAt),
    ...leaseFields(turn, record),
    ...(hasRestarted(turn, record) && { restartedRevision: revision }),
    ...(!fault && { lastGeneration: object.metadata.generation }),
  };
}

function leaseFields({ learned, situation }: Turn, { lease }: LedgerRecord) {
  if (!lease) return {};
  const before = situation.object.status?.secretLease;
  return {
    lastRenewalTime: seconds(lease.askedAt),
    secretLease: {
      id: lease.id,
      duration: seconds(lease.ttlMs),
      renewable: lease.renewable,
      requestID: learned.requestId ?? before?.requestID ?? '',
    },
  };
}

/** A rotation is done with its credential in place, a look when nothing failed. */
export function requestFields({ situation }: CredentialTurn, fault: Fault | undefined) {
  const { world, object } = situation;
  const { handledSyncRequest, handledRotateRequest } = handledRequests(object);
  const isRotated = inPlace(world)?.rotateRequest === handledRotateRequest;
  return {
    ...(!fault && handledSyncRequest !== undefined && { handledSyncRequest }),
    ...(isRotated && handledRotateRequest !== undefined && { handledRotateRequest }),
  };
}

/** The first revision of a Secret stamps nobody: pods that wait for it start by themselves. */
export function hasRestarted(
  { situation, learned }: CredentialTurn,
  record: LedgerRecord,
): boolean {
  const done = learned.restarted ?? situation.world.restartedRevision;
  return !record.restarts || done === record.revision;
}

function eventsOf(learned: Learned, record: LedgerRecord | undefined): EventText[] {
  const { adopted, restart } = learned;
  return [
    ...(adopted === undefined ? [] : [adoptedEvent(adopted)]),
    ...(learned.written && record ? writtenEvents(learned, learned.written, record) : []),
    ...(restart ? restartEvents(restart) : []),
  ];
}

function adoptedEvent(leaseId: string): EventText {
  const message = `lease ${leaseId} has no ledger record; it was renewed by its id and will be replaced`;
  return { type: 'Normal', reason: 'SecretLeaseRenewal', message };
}

function writtenEvents(
  { issued = 'Recovery' }: Learned,
  { first }: NonNullable<Learned['written']>,
  record: LedgerRecord,
): EventText[] {
  const reason = first ? 'SecretSynced' : 'SecretRotated';
  const limit = record.repair ? '; repairs come at most once a minute' : '';
  const message = `a credential was issued (${issued}) and written, lease ${record.lease?.id}${limit}`;
  return [
    { type: 'Normal', reason, message },
    ...(issued === 'TokenEnding' ? [TOKEN_ENDS_FIRST] : []),
    ...(giveBackFacts(record).kind === 'doubtful' ? [GIVE_BACK_WARNING] : []),
  ];
}

const TOKEN_ENDS_FIRST: EventText = {
  type: 'Warning',
  reason: 'TokenEndsFirst',
  message: `the credential was replaced because its Vault token ends before the lease. ${REASONS.TokenEndsFirst.remedy}`,
};

const GIVE_BACK_WARNING: EventText = {
  type: 'Warning',
  reason: GIVE_BACK_DOUBTFUL.reason,
  message: GIVE_BACK_DOUBTFUL.message,
};

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
