/** Vault as the ledger speaks to it, in memory. A token is the number of its login. */
import type { VaultTokens } from '../../../src/ledger/ports.ts';
import { FaultError } from '../../../src/runtime/fault.ts';
import { type Sealed, seal } from '../../../src/runtime/sealed.ts';
import { LONG_MS } from '../model/judgement.ts';
import { asLeader, type Stand } from './stand.ts';
import type { World } from './world.ts';

export function vaultTokens(stand: Stand): VaultTokens {
  const { world, gate } = stand;
  return {
    login: (_, signal) => asLeader(stand, signal, 'login', () => login(world)),
    renewToken: ({ token }, ttlMs, signal) =>
      gate.pass(signal, 'renew', () => {
        liveToken(world, token).endsAt = world.nowMs + ttlMs;
        return { askedAt: world.nowMs, ttlMs, renewable: true };
      }),
    revokeToken: ({ token }, signal) =>
      asLeader(stand, signal, 'revoke', () =>
        world.tokens.delete(numberOf(token)) ? ('revoked' as const) : ('dead' as const),
      ),
    issue: ({ token }, _, signal) =>
      asLeader(stand, signal, 'issue', () => credential(world, token)),
    renewLease: tooEarly,
    revokeLease: tooEarly,
  };
}

function login(world: World) {
  const number = world.logins;
  world.logins += 1;
  world.tokens.set(number, { endsAt: world.nowMs + LONG_MS, lease: false });
  return {
    askedAt: world.nowMs,
    ttlMs: LONG_MS,
    renewable: true,
    token: seal(String(number)),
    accessor: `accessor-${number}`,
    type: 'service' as const,
    policies: ['default'],
    numUses: 0,
  };
}

function credential(world: World, token: Sealed<string>) {
  const number = numberOf(token);
  liveToken(world, token).lease = true;
  return {
    askedAt: world.nowMs,
    requestId: `request-${number}`,
    leaseId: `lease-${number}`,
    leaseMs: LONG_MS,
    renewable: true,
    data: seal({ username: `user-${number}`, password: `password-${number}` }),
    warnings: [],
    status: 200,
  };
}

function liveToken(world: World, token: Sealed<string>) {
  const live = world.tokens.get(numberOf(token));
  if (live) return live;
  throw new FaultError({ kind: 'denied', reason: 'TokenInvalid', message: 'invalid token' });
}

function numberOf(token: Sealed<string>): number {
  return Number(token.open());
}

async function tooEarly(): Promise<never> {
  throw new Error('leases are neither renewed nor revoked in the time of the model');
}
