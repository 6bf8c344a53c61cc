/** What only a VaultDynamicSecret's status says: its lease, its token, and what was restarted. */
import { REASONS } from '../../api/reasons.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import { GIVE_BACK_DOUBTFUL } from '../../plan/status/status.ts';
import type { EventText } from '../../plan/status/transition.ts';
import type { Fault } from '../../runtime/fault.ts';
import { giveBackFacts, hasRestarted, renewalFacts, type Voice } from '../credential/report.ts';
import type { Learned } from '../credential/turn.ts';
import { strayEndsAt } from './stray.ts';
import type { LeasedTurn } from './turn.ts';

export const LEASED_VOICE: Voice<LeasedTurn> = {
  unrecordedEndsAt: strayEndsAt,
  facts: ({ learned }, record, failure) => ({
    renewal: renewalFacts(learned, failure),
    giveBack: record && giveBackFacts(record),
  }),
  fields: (turn, record, fault) => ({
    ...restartedField(turn.learned),
    ...(record && fieldsOf(turn, record, fault)),
  }),
  adopted: (leaseId) => ({
    type: 'Normal',
    reason: 'SecretLeaseRenewal',
    message: `lease ${leaseId} has no ledger record; it was renewed by its id and will be replaced`,
  }),
  written: writtenEvents,
};

/** Also of a Secret that was changed meanwhile: what was restarted is not restarted again. */
function restartedField({ restarted }: Learned) {
  return restarted === undefined ? {} : { restartedRevision: restarted };
}

function fieldsOf(turn: LeasedTurn, record: LedgerRecord, fault: Fault | undefined) {
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

function leaseFields({ learned, situation }: LeasedTurn, { lease }: LedgerRecord) {
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

function writtenEvents(
  { learned }: LeasedTurn,
  record: LedgerRecord,
  isFirst: boolean,
): EventText[] {
  const { issued = 'Recovery' } = learned;
  const reason = isFirst ? 'SecretSynced' : 'SecretRotated';
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
