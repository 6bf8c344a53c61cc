/** The acts that only a leased credential needs, or does its own way. */
import type { SecretAnswer } from '../../api/vault-exchange.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { CredentialPlan } from '../../plan/credential/next-act.ts';
import { absenceFault, judgePlain } from '../../plan/secret/source-state.ts';
import { FaultError } from '../../runtime/fault.ts';
import { carryOutCommon, isCommon } from '../credential/acts.ts';
import { issueCredential, renderIssued } from '../credential/issue.ts';
import { retireRecord } from '../credential/retire.ts';
import type { Origin } from '../credential/turn.ts';
import {
  makeCurrent,
  markedLease,
  removeFormerSecrets,
  writeCredential,
} from '../credential/write.ts';
import { adoptStray, leaveStray } from './stray.ts';
import type { LeasedTurn } from './turn.ts';

type Act = Exclude<CredentialPlan, { kind: 'wait' }>;

/** Throws the fault of the act; what it had done by then stands. */
export async function carryOut(turn: LeasedTurn, act: Act): Promise<void> {
  if (isCommon(act)) return carryOutCommon(turn, act);
  switch (act.kind) {
    case 'issue':
      return issueCredential(turn, act, (...issued) => holdLeased(turn, ...issued));
    case 'write':
      return write(turn, act.revision);
    case 'promote':
      return promote(turn, act.revision);
    case 'adopt':
      return adoptStray(turn, act.revision);
  }
}

/** An answer without a lease is read under the shared token from now on. */
async function holdLeased(
  turn: LeasedTurn,
  origin: Origin,
  record: LedgerRecord,
  answer: SecretAnswer,
): Promise<void> {
  const { deps } = turn;
  const { revision } = record;
  if (answer.leaseId === '') {
    deps.unleased.set(origin.digest, true);
    deps.book.noteEmpty(revision);
    await retireRecord(turn, revision, 'unused', '');
    return;
  }
  const state = judgePlain(answer);
  if (state.kind !== 'present') throw new FaultError(absenceFault(state.kind, origin.request.path));
  const { lease } = deps.book.get(revision) ?? record;
  if (!lease) throw new Error('a leased answer is on record');
  deps.held.put(revision, {
    data: renderIssued(turn, state.source),
    lease,
    span: lease,
    requestId: answer.requestId,
    attempted: false,
  });
}

async function write(turn: LeasedTurn, revision: string): Promise<void> {
  await writeCredential(turn, revision);
  leaveStray(turn);
  await removeFormerSecrets(turn);
}

/** The Secret was written and the record was not: the mark says what the record lacks. */
async function promote(turn: LeasedTurn, revision: string): Promise<void> {
  const { mark } = turn.situation;
  if (!mark) throw new Error('a carried revision has a mark');
  await makeCurrent(turn, revision, markedLease(mark));
  await removeFormerSecrets(turn);
}
