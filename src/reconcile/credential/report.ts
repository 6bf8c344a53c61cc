/**
 * What the status of an object with a credential says after a reconcile, from its last turn and what was learned on the
 * way. What only one kind says it says itself, by its voice.
 */
import { credentialEndsAt, type LedgerRecord } from '../../ledger/record.ts';
import { isRotationOpen } from '../../plan/credential/cause.ts';
import { inPlace } from '../../plan/credential/records.ts';
import { handledRequests } from '../../plan/requests.ts';
import {
  type GiveBackFacts,
  type RenewalFacts,
  type SyncFacts,
  summariseSync,
} from '../../plan/status/status.ts';
import type { EventText } from '../../plan/status/transition.ts';
import type { Fault } from '../../runtime/fault.ts';
import { restartFacts } from '../destination/restart-facts.ts';
import { restartEvents } from '../destination/restarts.ts';
import type { Report } from '../report.ts';
import type { Learned, Turn } from './turn.ts';

type Facts = Pick<SyncFacts, 'renewal' | 'giveBack'>;
type Fields = Report['fields'];

/** In what one kind differs from another when it reports. */
export interface Voice<KindTurn extends Turn> {
  /** When what is in the Secret ends and no record tells of it; undefined where there is nothing that we know. */
  readonly unrecordedEndsAt: (turn: KindTurn) => number | undefined;
  /** `failure`: of an act. */
  readonly facts: (
    turn: KindTurn,
    record: LedgerRecord | undefined,
    failure: Fault | undefined,
  ) => Facts;
  readonly fields: (
    turn: KindTurn,
    record: LedgerRecord | undefined,
    fault: Fault | undefined,
  ) => Fields;
  /** That what was in use without a record is known now. */
  readonly adopted: (id: string) => EventText;
  readonly written: (
    turn: KindTurn,
    record: LedgerRecord,
    isFirst: boolean,
  ) => readonly EventText[];
}

export async function reportCredential<KindTurn extends Turn>(
  voice: Voice<KindTurn>,
  turn: KindTurn,
  failure: Fault | undefined,
): Promise<Report> {
  const { deps, stored, situation, learned, context } = turn;
  // References that do not resolve are no failure while nothing is asked of them, and are told all the same.
  const fault = failure ?? unresolved(situation);
  const record = recordInPlace(turn);
  const restart = await restartFacts(deps, situation.object, learned.restart, context.signal);
  const endsAt = endInPlace(voice, turn);
  const facts: SyncFacts = {
    usable: endsAt !== undefined && deps.clock.now() < endsAt,
    synced: record ? isAsWanted(turn, record) : endsAt !== undefined,
    fault,
    working: workingOn(turn),
    restart,
    ...voice.facts(turn, record, failure),
  };
  return {
    stored,
    fault,
    summary: summariseSync(facts),
    fields: { ...voice.fields(turn, record, fault), ...requestFields(turn, fault) },
    events: eventsOf(voice, turn, record),
  };
}

/** When the credential in place dies: no retry may sleep past it. */
export function endInPlace<KindTurn extends Turn>(
  voice: Voice<KindTurn>,
  turn: KindTurn,
): number | undefined {
  const record = recordInPlace(turn);
  return record ? credentialEndsAt(record) : voice.unrecordedEndsAt(turn);
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

/** The first revision of a Secret stamps nobody: pods that wait for it start by themselves. */
export function hasRestarted({ situation, learned }: Turn, record: LedgerRecord): boolean {
  const done = learned.restarted ?? situation.world.restartedRevision;
  return !record.restarts || done === record.revision;
}

function unresolved({ origin }: Turn['situation']): Fault | undefined {
  return 'digest' in origin ? undefined : origin;
}

function recordInPlace({ deps, situation }: Turn): LedgerRecord | undefined {
  const { world } = situation;
  const facts = world.secret?.intact ? inPlace(world) : undefined;
  return facts && deps.book.get(facts.revision);
}

const REPAIR_PENDING =
  'the Secret was changed or deleted by someone else soon after a repair; it is repaired again, with a new credential, at most once a minute';

const ROTATION_PENDING =
  'a new credential was asked for soon after another; it is issued at most every 30 seconds';

/** What is still to come, as a sentence. */
function workingOn(turn: Turn): string | undefined {
  if (isRepairPending(turn)) return REPAIR_PENDING;
  return isRotationOpen(turn.situation.world) ? ROTATION_PENDING : undefined;
}

function isRepairPending({ situation }: Turn): boolean {
  const { world } = situation;
  return world.records.some((record) => record.repair) && !(inPlace(world) && world.secret?.intact);
}

function isAsWanted({ situation }: Turn, record: LedgerRecord): boolean {
  const { sourceDigest } = situation.world;
  return sourceDigest === undefined || sourceDigest === record.sourceDigest;
}

/** A rotation is done with its credential in place, a look when nothing failed. */
function requestFields({ situation }: Turn, fault: Fault | undefined) {
  const { world, object } = situation;
  const { handledSyncRequest, handledRotateRequest } = handledRequests(object);
  const isRotated = inPlace(world)?.rotateRequest === handledRotateRequest;
  return {
    ...(!fault && handledSyncRequest !== undefined && { handledSyncRequest }),
    ...(isRotated && handledRotateRequest !== undefined && { handledRotateRequest }),
  };
}

function eventsOf<KindTurn extends Turn>(
  voice: Voice<KindTurn>,
  turn: KindTurn,
  record: LedgerRecord | undefined,
): EventText[] {
  const { adopted, restart, written } = turn.learned;
  return [
    ...(adopted === undefined ? [] : [voice.adopted(adopted)]),
    ...(written && record ? voice.written(turn, record, written.first) : []),
    ...(restart ? restartEvents(restart) : []),
  ];
}
