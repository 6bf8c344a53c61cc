/**
 * Acts under a token of one's own: what the ledger of leases stands on. A lost reply to a login or an issue is an
 * ambiguous fault and never tried again here; everything else may be done twice and is.
 */
import type {
  LeaseRenewal,
  SecretAnswer,
  SecretRequest,
  TokenAccess,
  TokenGrant,
  TokenLogin,
  TokenRevocation,
  VaultIdentity,
} from '../api/vault-exchange.ts';
import { faultOf } from '../runtime/fault.ts';
import { renewLease, revokeLease } from './lease-calls.ts';
import { type LoginContext, logIn } from './login.ts';
import { askSecret } from './secret-calls.ts';
import { renewSelf, revokeSelf } from './token-calls.ts';

export class OwnTokens {
  readonly #context: LoginContext;

  constructor(context: LoginContext) {
    this.#context = context;
  }

  login(identity: VaultIdentity, signal: AbortSignal): Promise<TokenLogin> {
    return logIn(this.#context, identity, signal);
  }

  renewToken(access: TokenAccess, incrementMs: number, signal: AbortSignal): Promise<TokenGrant> {
    return renewSelf(this.#context, access, incrementMs, signal);
  }

  revokeToken(access: TokenAccess, signal: AbortSignal): Promise<TokenRevocation> {
    return revokeSelf(this.#context, access, signal);
  }

  issue(access: TokenAccess, request: SecretRequest, signal: AbortSignal): Promise<SecretAnswer> {
    return askSecret(this.#context.http, access, request, signal);
  }

  /** A lease dies with its token, so under a dead token of its own it is gone. */
  async renewLease(
    access: TokenAccess,
    leaseId: string,
    incrementMs: number,
    signal: AbortSignal,
  ): Promise<LeaseRenewal> {
    const askedAt = this.#context.clock.now();
    try {
      return await renewLease(this.#context, access, leaseId, incrementMs, signal);
    } catch (thrown) {
      if (faultOf(thrown).reason === 'TokenInvalid') return { kind: 'gone', askedAt };
      throw thrown;
    }
  }

  revokeLease(access: TokenAccess, leaseId: string, signal: AbortSignal): Promise<void> {
    return revokeLease(this.#context, access, leaseId, signal);
  }
}
