/**
 * Steps 1 to 4 of the protocol: a token of its own, on record before the credential exists, kept short until the
 * credential is in place. Whatever dies here, the token on record is revoked later and its leases die with it.
 */
import type {
  SecretAnswer,
  SecretRequest,
  TokenAccess,
  TokenLogin,
  VaultIdentity,
} from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { FaultError, faultOf } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import type { Book } from './book.ts';
import type { VaultTokens } from './ports.ts';
import { type LedgerRecord, type RecordToken, tokenAccess } from './record.ts';

/** How long an abandoned token may live. */
const SHORT_TOKEN_MS = 120_000;
/** A renewal within this of what was asked counts as granted in full: Vault counts in whole seconds. */
const ROUNDING_MS = 2_000;

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

export interface IssueContext {
  readonly book: Book;
  readonly tokens: VaultTokens;
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
  const answer = await context.tokens.issue(access, wanted.request, signal);
  if (answer.leaseId === '') return { revision: record.revision, answer };
  if (answer.leaseMs === 0) throw new FaultError(ENDED_ALREADY);
  // A token that stays short is due for renewal soon: no reason to lose the credential that just came.
  await extendToken(context, record.revision, signal).catch(() => undefined);
  return { revision: record.revision, answer };
}

/** Renews the record's token to what its login granted, and notes when Vault grants less: then it is at its maximum. */
export async function extendToken(
  context: Pick<IssueContext, 'book' | 'tokens'>,
  revision: string,
  signal: AbortSignal,
): Promise<void> {
  const record = context.book.get(revision);
  if (!record?.token.renewable) return;
  const grant = await context.tokens.renewToken(
    tokenAccess(record),
    record.token.loginTtlMs,
    signal,
  );
  const capped = grant.ttlMs + ROUNDING_MS < record.token.loginTtlMs;
  context.book.noteToken(revision, grant, capped);
}

async function openRecord(
  context: IssueContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<LedgerRecord> {
  const login = await context.tokens.login(wanted.identity, signal);
  const access = {
    endpoint: wanted.identity.endpoint,
    namespace: wanted.identity.namespace,
    token: login.token,
  };
  try {
    checkSuitable(login, wanted.identity);
    const token = await shorten(context.tokens, access, login, signal);
    const record = recordOf(context, wanted, login, token);
    await context.book.open(record, signal);
    return record;
  } catch (thrown) {
    // The token owns nothing yet. If this fails too it ends by its own short TTL.
    await context.tokens.revokeToken(access, signal).catch(() => undefined);
    throw thrown;
  }
}

/** A token that ends after some uses would take its lease along at the next renewal. */
function checkSuitable(login: TokenLogin, identity: VaultIdentity): void {
  if (login.numUses === 0) return;
  throw new FaultError({
    kind: 'denied',
    reason: 'TokenUnsuitable',
    message: `the role in Vault of VaultAuth ${identity.authName} grants tokens with a use limit, which cannot own leases; set token_num_uses to 0`,
  });
}

/** Step 1: until the credential is in place the token lives two minutes at most. A token that may not renew itself keeps the TTL of its login. */
async function shorten(
  tokens: VaultTokens,
  access: TokenAccess,
  login: TokenLogin,
  signal: AbortSignal,
): Promise<RecordToken> {
  const token = tokenOf(login);
  if (!login.renewable) return token;
  try {
    const grant = await tokens.renewToken(access, Math.min(SHORT_TOKEN_MS, login.ttlMs), signal);
    return { ...token, askedAt: grant.askedAt, ttlMs: grant.ttlMs };
  } catch (thrown) {
    if (faultOf(thrown).kind !== 'denied' || token.defaultPolicy) throw thrown;
    return { ...token, renewable: false };
  }
}

function tokenOf(login: TokenLogin): RecordToken {
  return {
    accessor: login.accessor,
    type: login.type,
    renewable: login.renewable,
    defaultPolicy: login.policies.includes('default'),
    loginTtlMs: login.ttlMs,
    askedAt: login.askedAt,
    ttlMs: login.ttlMs,
    capped: false,
  };
}

function recordOf(
  context: IssueContext,
  wanted: Wanted,
  login: TokenLogin,
  token: RecordToken,
): LedgerRecord {
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
    token,
    secretToken: login.token,
  };
}
