/**
 * Steps 1 to 4 of the protocol: a token that is on record before the credential exists. Whatever dies here, the token of
 * one's own is revoked later and its lease dies with it.
 */
import type { SecretAnswer, SecretRequest, VaultIdentity } from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { FaultError, faultOf } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import {
  extendToken,
  type OwningToken,
  type TokenContext,
  underOwningToken,
} from './owning-token.ts';
import { type LedgerRecord, type RecordLease, tokenAccess } from './record.ts';

export interface Wanted {
  readonly owner: Ref & { readonly uid: string };
  readonly destination: string;
  readonly sourceDigest: string;
  readonly restarts: boolean;
  readonly repair: boolean;
  readonly rotateRequest?: string;
  readonly identity: VaultIdentity;
  readonly request: SecretRequest;
}

export interface IssueContext extends TokenContext {
  readonly clock: Clock;
  readonly cluster: string;
  readonly holder: string;
  /** A fresh revision name; random, so it is handed in. */
  readonly newRevision: () => string;
}

/** Nothing could use it, and its successor would be due at once. */
const ENDED_ALREADY = {
  kind: 'transient',
  reason: 'VaultAnswerInvalid',
  message: 'Vault answered a lease of 0 seconds; raise default_ttl and max_ttl of the role',
} as const;

export interface Issued {
  readonly revision: string;
  readonly answer: SecretAnswer;
}

/**
 * A new credential under a token of its own; its record is pending afterwards. Throws the fault of the step that
 * failed; a record that was opened by then stays pending, and the caller retires it.
 */
export async function issue(
  context: IssueContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Issued> {
  const record = await openRecord(context, wanted, signal);
  const access = tokenAccess(record);
  const answer = await context.tokens.issue(access, wanted.request, signal).catch((thrown) => {
    const { sharedBy, accessor } = record.token;
    const isDenied = faultOf(thrown).reason === 'PermissionDenied';
    if (isDenied && sharedBy !== undefined) context.sharedTokens?.refused(sharedBy, accessor);
    throw thrown;
  });
  const { revision } = record;
  if (answer.leaseId === '') return { revision, answer };
  context.book.noteLease(revision, leaseOf(record, answer));
  if (answer.leaseMs === 0) throw new FaultError(ENDED_ALREADY);
  // A token that stays short is due for renewal soon: no reason to lose the credential that just came.
  if (record.token.sharedBy === undefined)
    await extendToken(context, revision, signal).catch(() => undefined);
  return { revision, answer };
}

/** A batch token's lease calls itself renewable and is not. */
function leaseOf(record: LedgerRecord, answer: SecretAnswer): RecordLease {
  return {
    id: answer.leaseId,
    askedAt: answer.askedAt,
    ttlMs: answer.leaseMs,
    fullTtlMs: answer.leaseMs,
    renewable: answer.renewable && record.token.type === 'service',
  };
}

async function openRecord(
  context: IssueContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<LedgerRecord> {
  return underOwningToken(context, wanted.identity, signal, async (owning) => {
    const record = recordOf(context, wanted, owning);
    await context.book.open(record, signal);
    return record;
  });
}

function recordOf(context: IssueContext, wanted: Wanted, owning: OwningToken): LedgerRecord {
  return {
    revision: context.newRevision(),
    state: 'pending',
    cluster: context.cluster,
    holder: context.holder,
    owner: wanted.owner,
    destination: wanted.destination,
    sourceDigest: wanted.sourceDigest,
    restarts: wanted.restarts,
    repair: wanted.repair,
    ...(wanted.rotateRequest !== undefined && { rotateRequest: wanted.rotateRequest }),
    createdAt: context.clock.now(),
    endpoint: wanted.identity.endpoint,
    tokenNamespace: wanted.identity.namespace,
    leaseNamespace: wanted.request.namespace,
    ...owning,
  };
}
