/**
 * Step 1 of the protocol: the token that a credential will hang on. One of its own, kept short until the credential is
 * in place, so that its revocation is all that giving back takes; or, where an estate counts tokens, the one that all
 * reads and leases of an identity share, which is given back when the last of them is gone.
 */
import type {
  BorrowedToken,
  TokenAccess,
  TokenGrant,
  TokenLogin,
  VaultIdentity,
} from '../api/vault-exchange.ts';
import { FaultError, faultOf } from '../runtime/fault.ts';
import type { Sealed } from '../runtime/sealed.ts';
import type { Book } from './book.ts';
import type { SharedTokens, VaultTokens } from './ports.ts';
import { type LedgerRecord, type RecordToken, tokenAccess } from './record.ts';

/** How long an abandoned token may live. */
const SHORT_TOKEN_MS = 120_000;
/** A renewal within this of what was asked counts as granted in full: Vault counts in whole seconds. */
const ROUNDING_MS = 2_000;

export interface TokenContext {
  readonly book: Book;
  readonly tokens: VaultTokens;
  /** Absent: every credential has a token of its own. */
  readonly sharedTokens: SharedTokens | undefined;
}

export interface OwningToken {
  readonly token: RecordToken;
  readonly secretToken: Sealed<string>;
}

/**
 * What `open` gives: it puts a token on which nothing hangs yet on record. Throws its fault, that of the login, or that
 * tokens of this role cannot own leases.
 */
export function underOwningToken(
  context: TokenContext,
  identity: VaultIdentity,
  signal: AbortSignal,
  open: (owning: OwningToken) => Promise<LedgerRecord>,
): Promise<LedgerRecord> {
  const { tokens, sharedTokens } = context;
  return sharedTokens
    ? underSharedToken({ ...context, sharedTokens }, identity, signal, open)
    : underOwnToken(tokens, identity, signal, open);
}

/** Renews the record's token to what its login granted, and notes when Vault grants less: then it is at its maximum. */
export async function extendToken(
  { book, tokens }: Pick<TokenContext, 'book' | 'tokens'>,
  revision: string,
  signal: AbortSignal,
): Promise<void> {
  const record = book.get(revision);
  if (!record?.token.renewable) return;
  const { token } = record;
  try {
    const grant = await tokens.renewToken(tokenAccess(record), token.loginTtlMs, signal);
    book.noteToken(revision, grant, isCapped(grant, token.loginTtlMs));
  } catch (thrown) {
    const { kind, reason } = faultOf(thrown);
    // It may not renew itself, as roles without the default policy have it: it lives as long as it does.
    if (kind === 'denied' && reason !== 'TokenInvalid') book.noteToken(revision, token, true);
    throw thrown;
  }
}

/** Nothing hangs on the record's token, or nothing any more: it goes, unless others use it. */
export async function releaseToken(
  { book, tokens, sharedTokens }: TokenContext,
  record: LedgerRecord,
  signal: AbortSignal,
): Promise<void> {
  const { sharedBy, accessor, type } = record.token;
  const isShared = sharedBy !== undefined;
  if (isShared && (type === 'batch' || book.isShared(record))) return;
  if (isShared && sharedTokens?.handBack(sharedBy, accessor)) return;
  await tokens.revokeToken(tokenAccess(record), signal);
}

async function underOwnToken(
  tokens: VaultTokens,
  identity: VaultIdentity,
  signal: AbortSignal,
  open: (owning: OwningToken) => Promise<LedgerRecord>,
): Promise<LedgerRecord> {
  const login = await tokens.login(identity, signal);
  const { endpoint, namespace } = identity;
  const access = { endpoint, namespace, token: login.token };
  try {
    checkSuitable(login, identity);
    const token = await shorten(tokens, access, login, signal);
    return await open({ token, secretToken: login.token });
  } catch (thrown) {
    // The token owns nothing yet. If this fails too it ends by its own short TTL.
    await tokens.revokeToken(access, signal).catch(() => undefined);
    throw thrown;
  }
}

async function underSharedToken(
  { book, tokens, sharedTokens }: TokenContext & { readonly sharedTokens: SharedTokens },
  identity: VaultIdentity,
  signal: AbortSignal,
  open: (owning: OwningToken) => Promise<LedgerRecord>,
): Promise<LedgerRecord> {
  const { key, endpoint, namespace } = identity;
  let borrowed: TokenLogin | undefined;
  try {
    return await sharedTokens.borrow(identity, signal, async ({ login, grant }) => {
      borrowed = login;
      checkSuitable(login, identity);
      return open({ token: { ...tokenOf(login, grant), sharedBy: key }, secretToken: login.token });
    });
  } catch (thrown) {
    // Nothing tells of it: then nobody else would hand it back.
    const { accessor, token } = borrowed ?? {};
    if (accessor && token && !book.hasToken(key, accessor) && !sharedTokens.handBack(key, accessor))
      await tokens.revokeToken({ endpoint, namespace, token }, signal).catch(() => undefined);
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
  const token = tokenOf(login, login);
  if (!login.renewable) return token;
  try {
    const grant = await tokens.renewToken(access, Math.min(SHORT_TOKEN_MS, login.ttlMs), signal);
    return { ...token, askedAt: grant.askedAt, ttlMs: grant.ttlMs };
  } catch (thrown) {
    if (faultOf(thrown).kind !== 'denied' || token.defaultPolicy) throw thrown;
    return { ...token, renewable: false };
  }
}

function tokenOf(login: TokenLogin, grant: TokenGrant): RecordToken {
  return {
    accessor: login.accessor,
    type: login.type,
    renewable: login.renewable,
    defaultPolicy: login.policies.includes('default'),
    loginTtlMs: login.ttlMs,
    askedAt: grant.askedAt,
    ttlMs: grant.ttlMs,
    capped: isCapped(grant, login.ttlMs),
  };
}

function isCapped(grant: TokenGrant, loginTtlMs: number): boolean {
  return grant.ttlMs + ROUNDING_MS < loginTtlMs;
}

/** What later readers of the same identity go on with; undefined for a token that ends soon, or is the credential's own. */
export function borrowedBy({ state, token, secretToken }: LedgerRecord): BorrowedToken | undefined {
  if (token.sharedBy === undefined || token.released || token.capped || state === 'retiring')
    return undefined;
  const { accessor, type, renewable, loginTtlMs, askedAt, ttlMs, defaultPolicy } = token;
  const policies = defaultPolicy ? ['default'] : [];
  const login = { token: secretToken, accessor, type, renewable, policies, numUses: 0 };
  const grant = { askedAt, ttlMs, renewable };
  return { login: { ...login, askedAt, ttlMs: loginTtlMs }, grant };
}
