/** Keeping a credential alive: its lease, and the token that it dies with. */
import { extendToken } from '../../ledger/owning-token.ts';
import { type LedgerRecord, leaseAccess } from '../../ledger/record.ts';
import { judgeRenewal } from '../../plan/credential/lease.ts';
import { faultOf } from '../../runtime/fault.ts';
import type { Renewing } from './turn.ts';

/** Asks for the full TTL again. "Gone" and "truncated" are findings for the planner, not faults. */
export async function renewLease(turn: Renewing, revision: string): Promise<void> {
  const { deps, learned, context } = turn;
  const record = deps.book.get(revision);
  if (!record?.lease) return;
  const { lease } = record;
  learned.renewing = true;
  learned.asked.add(revision);
  const granted = await askForLease(turn, record, lease.id, lease.fullTtlMs);
  const verdict = judgeRenewal(lease.fullTtlMs, granted);
  context.observer.count('vault_lease_operator_renewals_total', { result: verdict.kind });
  if (verdict.kind !== 'kept') learned.findings.set(revision, verdict.kind);
  if (verdict.kind === 'gone') return;
  const renewable = verdict.kind === 'kept' ? verdict.renewable : lease.renewable;
  deps.book.noteLease(revision, { ...lease, ...verdict.span, renewable });
  learned.renewed = true;
}

/** A token that Vault calls invalid has taken its lease along. */
export async function renewToken(turn: Renewing, revision: string): Promise<void> {
  const { deps, learned, context } = turn;
  learned.renewing = true;
  try {
    await extendToken(deps, revision, context.signal);
    learned.renewed = true;
  } catch (thrown) {
    if (faultOf(thrown).reason !== 'TokenInvalid') throw thrown;
    learned.findings.set(revision, 'gone');
  }
}

async function askForLease(
  turn: Renewing,
  record: LedgerRecord,
  leaseId: string,
  incrementMs: number,
) {
  const { deps, context } = turn;
  try {
    return await deps.tokens.renewLease(leaseAccess(record), leaseId, incrementMs, context.signal);
  } catch (thrown) {
    context.observer.count('vault_lease_operator_renewals_total', { result: 'failed' });
    throw thrown;
  }
}
