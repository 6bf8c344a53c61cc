/**
 * Step 9: giving a credential back. Revoking the token takes its leases along and needs no more than Vault's default
 * policy. "Already dead" counts only when Vault itself says that the token is invalid; every other refusal keeps
 * the record.
 */
import { FaultError, faultOf } from '../runtime/fault.ts';
import type { Book } from './book.ts';
import type { VaultTokens } from './ports.ts';
import { type LedgerRecord, leaseAccess, tokenAccess } from './record.ts';

/**
 * revoked - Vault revoked the token, or the lease where the token cannot be revoked
 * dead    - Vault says the token is invalid: it and its leases are gone
 */
export type GivenBack = 'revoked' | 'dead';

export interface GiveBackContext {
  readonly book: Book;
  readonly tokens: VaultTokens;
}

/** Revokes, then drops the record. A crash in between only revokes a dead token again. Throws the fault when Vault refuses or is away. */
export async function giveBack(
  { book, tokens }: GiveBackContext,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  const outcome = await revoke(tokens, record, signal);
  await book.drop(record.revision, signal);
  return outcome;
}

async function revoke(
  tokens: VaultTokens,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  if (record.token.type === 'batch') return revokeLease(tokens, record, signal);
  try {
    return await tokens.revokeToken(tokenAccess(record), signal);
  } catch (thrown) {
    if (faultOf(thrown).kind !== 'denied') throw thrown;
    return revokeLease(tokens, record, signal);
  }
}

/** The second way, for batch tokens and for roles without the default policy: needs a policy on sys/leases/revoke. */
async function revokeLease(
  tokens: VaultTokens,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  if (!record.lease?.id) throw nothingToRevoke(record);
  await tokens.revokeLease(leaseAccess(record), record.lease.id, signal);
  return 'revoked';
}

function nothingToRevoke(record: LedgerRecord): FaultError {
  return new FaultError({
    kind: 'denied',
    reason: 'PermissionDenied',
    message: `the token of ledger record ${record.revision} may not revoke itself and its lease is not known; it ends by its TTL`,
  });
}
