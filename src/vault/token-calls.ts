/**
 * What a token can do for itself: renew, look up and revoke, each of which may be done twice. Used for tokens of
 * one's own and for shared ones alike.
 */
import type { TokenAccess, TokenGrant, TokenRevocation } from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { seal } from '../runtime/sealed.ts';
import type { Operation, VaultCall } from './call.ts';
import { tokenGrantOf } from './envelope.ts';
import { statusFault } from './faults.ts';
import type { VaultHttp } from './http.ts';
import { withRepeats } from './repeats.ts';

export interface CallContext {
  readonly http: VaultHttp;
  readonly clock: Clock;
}

/** Vault counts in whole seconds; rounded down, so that "until then" never means longer. */
export function wholeSeconds(ms: number): number {
  return Math.max(1, Math.floor(ms / 1_000));
}

/** May grant less than asked. Throws TokenInvalid when the token is dead. */
export function renewSelf(
  context: CallContext,
  access: TokenAccess,
  incrementMs: number,
  signal: AbortSignal,
): Promise<TokenGrant> {
  const call: VaultCall = {
    ...selfCall('renew', 'renew-self', access),
    body: seal({ increment: wholeSeconds(incrementMs) }),
  };
  return withRepeats(context.clock, signal, async () => {
    const reply = await context.http.call(call, signal);
    if (reply.status !== 200) throw statusFault(call, reply);
    return tokenGrantOf(call, reply);
  });
}

/** 'dead' only when Vault says that the token is invalid; any other refusal is a fault. */
export function revokeSelf(
  context: CallContext,
  access: TokenAccess,
  signal: AbortSignal,
): Promise<TokenRevocation> {
  const call = selfCall('revoke', 'revoke-self', access);
  return withRepeats(context.clock, signal, async () => {
    const reply = await context.http.call(call, signal);
    if (reply.status === 403 && reply.known?.meaning === 'token-invalid') return 'dead';
    if (reply.status !== 204 && reply.status !== 200) throw statusFault(call, reply);
    return 'revoked';
  });
}

/** 'unsaid': the token may not look itself up, and Vault does not say that it is invalid. */
export function lookUpSelf(
  context: CallContext,
  access: TokenAccess,
  signal: AbortSignal,
): Promise<'alive' | 'dead' | 'unsaid'> {
  const call: VaultCall = { ...selfCall('read', 'lookup-self', access), method: 'GET' };
  return withRepeats(context.clock, signal, async () => {
    const reply = await context.http.call(call, signal);
    if (reply.status === 200 && reply.content === 'json') return 'alive';
    if (reply.status !== 403 || reply.content === 'other') throw statusFault(call, reply);
    return reply.known?.meaning === 'token-invalid' ? 'dead' : 'unsaid';
  });
}

function selfCall(operation: Operation, verb: string, access: TokenAccess): VaultCall {
  return {
    operation,
    route: `auth/token/${verb}`,
    endpoint: access.endpoint,
    namespace: access.namespace,
    token: access.token,
    method: 'POST',
    path: `auth/token/${verb}`,
    urgent: operation === 'renew',
  };
}
