/**
 * Step 9: giving a credential back. Revoking the token takes its leases along and needs no more than Vault's default
 * policy; a lease whose token others use goes by its id, which needs more. "Already dead" counts only when Vault itself
 * says that the token is invalid; every other refusal keeps the record.
 */
import { FaultError, faultOf } from '../runtime/fault.ts';
import type { TokenContext } from './owning-token.ts';
import type { VaultTokens } from './ports.ts';
import { type LedgerRecord, leaseAccess, tokenAccess } from './record.ts';

/**
 * revoked  - Vault revoked the token, or the lease where the token cannot be revoked
 * dead     - Vault says the token is invalid: it and its leases are gone
 * left     - there was nothing to revoke
 * orphaned - a crash lost the id of a lease whose token others use: it ends by its TTL
 */
export type GivenBack = 'revoked' | 'dead' | 'left' | 'orphaned';

/** Revokes, then drops the record. A crash in between only revokes a dead token again. Throws the fault when Vault refuses or is away. */
export async function giveBack(
  context: TokenContext,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  const outcome = await revoke(context, record, signal);
  await context.book.drop(record.revision, signal);
  return outcome;
}

function revoke(
  context: TokenContext,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  const { tokens, book } = context;
  const { sharedBy, type } = record.token;
  if (sharedBy !== undefined && book.isShared(record))
    return revokeOneOfMany(tokens, record, signal);
  if (sharedBy !== undefined) return revokeLast(context, record, signal);
  return type === 'batch'
    ? revokeLease(tokens, record, signal)
    : revokeToken(tokens, record, signal);
}

async function revokeToken(
  tokens: VaultTokens,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  try {
    return await tokens.revokeToken(tokenAccess(record), signal);
  } catch (thrown) {
    if (faultOf(thrown).kind !== 'denied') throw thrown;
    return revokeLease(tokens, record, signal);
  }
}

async function revokeOneOfMany(
  tokens: VaultTokens,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  if (record.token.released) return 'left';
  if (!record.lease?.id) return 'orphaned';
  try {
    return await revokeLease(tokens, record, signal);
  } catch (thrown) {
    if (faultOf(thrown).reason === 'TokenInvalid') return 'dead';
    throw thrown;
  }
}

/** The token goes with it, unless reads use it. */
async function revokeLast(
  { tokens, sharedTokens }: TokenContext,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<GivenBack> {
  const { sharedBy = '', accessor, type, released } = record.token;
  const isInUse = sharedTokens?.handBack(sharedBy, accessor) ?? false;
  if (isInUse || type === 'batch') return revokeOneOfMany(tokens, record, signal);
  const outcome = await revokeToken(tokens, record, signal);
  return released ? 'left' : outcome;
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

function nothingToRevoke({ revision }: LedgerRecord): FaultError {
  return new FaultError({
    kind: 'denied',
    reason: 'PermissionDenied',
    message: `the token of ledger record ${revision} may not revoke itself and its lease is not known; it ends by its TTL`,
  });
}
