/** sys/leases: renewing and looking up by id (any token may), revoking, and lists for administrators. */
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Call, Outcome, Result, Route } from './call.ts';
import { durationOf, rfc3339, SECOND_MS, secondsOf } from './durations.ts';
import { badRequest } from './envelope.ts';
import { flagOf, textOf } from './json.ts';
import { keysUnder } from './kv1.ts';
import type { Lease, Leases } from './leases.ts';
import type { Token, Tokens } from './tokens.ts';

interface Parts {
  readonly clock: Clock;
  readonly leases: Leases;
  readonly tokens: Tokens;
}

export function leaseRoutes(parts: Parts): Route[] {
  const renewal = { update: (call: Call) => renew(parts, call) };
  const revocation = { update: (call: Call) => revoke(parts, call) };
  const prefix = {
    update: (call: Call, path = '') => {
      revokeUnder(parts, call.namespace, path);
      return accepted(call);
    },
  };
  return [
    { path: /^(?:leases\/)?renew$/, acts: renewal },
    { path: /^(?:leases\/)?revoke$/, acts: revocation },
    { path: /^leases\/lookup$/, acts: { update: (call) => lookUp(parts, call) } },
    {
      path: /^leases\/lookup\/(.*)$/,
      acts: { list: (call, path = '') => list(parts, call, path) },
    },
    { path: /^(?:leases\/)?revoke-(?:prefix|force)\/(.+)$/, acts: prefix },
  ];
}

export function revokeUnder({ leases, tokens }: Parts, namespace: string, prefix: string): void {
  const within = (each: Lease | Token): boolean => each.namespace === namespace;
  for (const lease of leases.live(prefix).filter(within)) leases.revoke(lease);
  const underPrefix = ({ leaseId }: Token): boolean => leaseId.startsWith(prefix);
  for (const token of tokens.live().filter(within).filter(underPrefix)) tokens.revoke(token);
}

function idOf({ body }: Call): string {
  const id = textOf(body['lease_id']);
  if (id === '') throw badRequest('lease_id must be specified');
  return id;
}

function renew({ leases, tokens }: Parts, call: Call): Outcome {
  const id = idOf(call);
  if (tokens.byLease(id)) throw badRequest('tokens cannot be renewed through this endpoint');
  const lease = leases.find(id);
  if (!lease) throw badRequest('lease not found');
  if (lease.namespace !== call.namespace)
    throw badRequest('cannot renew a lease across namespaces');
  const { ttlMs, warnings } = leases.renew(lease, durationOf(call.body['increment'], 'increment'));
  const data = lease.wish.data?.() ?? null;
  return { leaseId: id, renewable: true, leaseSeconds: secondsOf(ttlMs), data, warnings };
}

/** Revoking what is not there is no error. The fake never puts a revocation off, whatever it answers. */
function revoke({ leases, tokens }: Parts, call: Call): Result {
  const id = idOf(call);
  const [lease, token] = [leases.find(id), tokens.byLease(id)];
  if (lease) leases.revoke(lease);
  if (token) tokens.revoke(token);
  return accepted(call);
}

function accepted({ body }: Call): Result {
  const later = body['sync'] !== undefined && !flagOf(body['sync']);
  return later ? { status: 202, bare: undefined } : undefined;
}

function lookUp({ clock, leases, tokens }: Parts, call: Call): Outcome {
  const id = idOf(call);
  const entry = leases.find(id) ?? tokens.byLease(id);
  if (!entry) throw badRequest('invalid lease');
  const expiresAt = entry.expiresAt ?? 0;
  const issuedAt = 'issuedAt' in entry ? entry.issuedAt : entry.createdAt;
  return {
    data: {
      expire_time: rfc3339(expiresAt),
      id,
      issue_time: rfc3339(issuedAt),
      last_renewal: entry.renewedAt === undefined ? null : rfc3339(entry.renewedAt),
      renewable: entry.renewable,
      ttl: Math.floor((expiresAt - clock.now()) / SECOND_MS),
    },
  };
}

function list({ leases, tokens }: Parts, { namespace }: Call, prefix: string): Outcome {
  const ids = [...leases.live(), ...tokens.live()]
    .filter((each) => each.namespace === namespace)
    .map((each) => ('leaseId' in each ? each.leaseId : each.id))
    .filter((id) => id !== '');
  return keysUnder(ids, prefix);
}
