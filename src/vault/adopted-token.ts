/** A token that an earlier process lent, taken over with the leases that hang on it. */
import type { BorrowedToken } from '../api/vault-exchange.ts';
import { faultOf } from '../runtime/fault.ts';
import type { HeldToken } from './held-token.ts';
import { type CallContext, renewSelf } from './token-calls.ts';

/**
 * Undefined when it is dead. How long it lives is Vault's to say: whoever lent it may have renewed it since. One that may
 * not renew itself lives as long as was known.
 */
export async function adopted(
  context: CallContext,
  held: HeldToken,
  { login, grant }: BorrowedToken,
  signal: AbortSignal,
): Promise<HeldToken | undefined> {
  held.lent = true;
  held.renewed(grant);
  try {
    if (login.renewable) held.renewed(await renewSelf(context, held.access, login.ttlMs, signal));
  } catch (thrown) {
    const { kind, reason } = faultOf(thrown);
    if (kind !== 'denied') throw thrown;
    if (reason === 'TokenInvalid') return undefined;
  }
  return held.usableAt(context.clock.now()) ? held : undefined;
}
