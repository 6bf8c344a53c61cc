/** Renewing and revoking a lease by its id, under whichever token. The id travels in the body: URLs end up in access logs. */
import type { LeaseRenewal, TokenAccess } from '../api/vault-exchange.ts';
import { seal } from '../runtime/sealed.ts';
import type { VaultCall } from './call.ts';
import { leaseGrantOf } from './envelope.ts';
import { statusFault } from './faults.ts';
import { withRepeats } from './repeats.ts';
import { type CallContext, wholeSeconds } from './token-calls.ts';

/** The increment counts from now and is capped by Vault; a capped grant is returned as it is. Throws TokenInvalid when the token is dead. */
export function renewLease(
  context: CallContext,
  access: TokenAccess,
  leaseId: string,
  incrementMs: number,
  signal: AbortSignal,
): Promise<LeaseRenewal> {
  const call: VaultCall = {
    ...leaseCall('renew', access, { lease_id: leaseId, increment: wholeSeconds(incrementMs) }),
    urgent: true,
  };
  return withRepeats(context.clock, signal, async () => {
    const reply = await context.http.call(call, signal);
    if (reply.status === 400 && reply.known?.meaning === 'lease-gone')
      return { kind: 'gone', askedAt: reply.askedAt };
    if (reply.status !== 200) throw statusFault(call, reply);
    return { kind: 'granted', ...leaseGrantOf(call, reply) };
  });
}

/** Returns when the credential is undone, not merely queued: a failure in the backend shows here and is tried again. */
export function revokeLease(
  context: CallContext,
  access: TokenAccess,
  leaseId: string,
  signal: AbortSignal,
): Promise<void> {
  const call = leaseCall('revoke', access, { lease_id: leaseId, sync: true });
  return withRepeats(context.clock, signal, async () => {
    const reply = await context.http.call(call, signal);
    if (reply.status < 200 || reply.status > 204) throw statusFault(call, reply);
  });
}

function leaseCall(verb: 'renew' | 'revoke', access: TokenAccess, body: object): VaultCall {
  return {
    operation: verb,
    route: `sys/leases/${verb}`,
    endpoint: access.endpoint,
    namespace: access.namespace,
    token: access.token,
    method: 'PUT',
    path: `sys/leases/${verb}`,
    body: seal(body),
  };
}
