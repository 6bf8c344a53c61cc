/** What a VaultDynamicSecret's status says after a reconcile, from its last turn and what was learned on the way. */
import { credentialEndsAt, type LedgerRecord } from '../ledger/record.ts';
import { inPlace } from '../plan/dynamic-secret.ts';
import { type RenewalFacts, type SyncFacts, summariseSync } from '../plan/status.ts';
import type { EventText } from '../plan/transition.ts';
import type { Fault } from '../runtime/fault.ts';
import { strayEndsAt } from './dynamic-stray.ts';
import type { Learned, Turn } from './dynamic-turn.ts';
import type { StoredObject } from './ports.ts';
import type { Report } from './report.ts';
import { restartFacts } from './restart-facts.ts';
import { restartEvents } from './restarts.ts';

export async function reportDynamic(
  stored: StoredObject,
  turn: Turn,
  fault: Fault | undefined,
): Promise<Report> {
  const { deps, situation, learned, context } = turn;
  const record = recordInPlace(turn);
  const restart = await restartFacts(deps, situation.object, learned.restart, context.signal);
  const endsAt = endInPlace(turn);
  const facts: SyncFacts = {
    usable: endsAt !== undefined && deps.clock.now() < endsAt,
    synced: record ? isAsWanted(turn, record) : endsAt !== undefined,
    fault,
    restart,
    renewal: renewalFacts(learned, fault),
  };
  return {
    stored,
    fault,
    summary: summariseSync(facts),
    fields: record ? fieldsOf(turn, record, fault) : {},
    events: eventsOf(learned, record),
  };
}

/** When the credential in place dies: no retry may sleep past it. */
export function endInPlace(turn: Turn): number | undefined {
  const record = recordInPlace(turn);
  return record ? credentialEndsAt(record) : strayEndsAt(turn);
}

function recordInPlace({ deps, situation }: Turn): LedgerRecord | undefined {
  const { world } = situation;
  const facts = world.secret?.intact ? inPlace(world) : undefined;
  return facts && deps.book.get(facts.revision);
}

function isAsWanted({ situation }: Turn, record: LedgerRecord): boolean {
  const { sourceDigest } = situation.world;
  return sourceDigest === undefined || sourceDigest === record.sourceDigest;
}

export function renewalFacts(learned: Learned, fault: Fault | undefined): RenewalFacts | undefined {
  if (learned.written) return { kind: 'none' };
  if (learned.renewing && fault) return { kind: 'failed', fault };
  return learned.renewed ? { kind: 'renewed' } : undefined;
}

function fieldsOf(turn: Turn, record: LedgerRecord, fault: Fault | undefined) {
  const { object } = turn.situation;
  const { revision } = record;
  return {
    revision,
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

/** The first revision of a Secret stamps nobody: pods that wait for it start by themselves. */
function hasRestarted({ situation, learned }: Turn, record: LedgerRecord): boolean {
  const done = learned.restarted ?? situation.world.restartedRevision;
  return !record.restarts || done === record.revision;
}

function eventsOf({ written, issued, restart }: Learned, record: LedgerRecord | undefined) {
  const events: EventText[] = restart ? restartEvents(restart) : [];
  if (!written || !record) return events;
  const reason = written.first ? 'SecretSynced' : 'SecretRotated';
  const message = `a credential was issued (${issued ?? 'Recovery'}) and written, lease ${record.lease?.id}`;
  return [{ type: 'Normal', reason, message } as const, ...events];
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
