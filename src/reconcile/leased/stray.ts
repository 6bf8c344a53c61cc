/**
 * Credentials in use that the ledger does not know: it was lost, or another operator made them. They are renewed by
 * id, so that there is time to replace them one after another; what made them is not known here, so they cannot be
 * given back and end with their token.
 */
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import type { LeaseRenewal } from '../../api/vault-exchange.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import { strayReplacementAt } from '../../plan/leased/dynamic-due.ts';
import type { StrayFacts } from '../../plan/leased/dynamic-world.ts';
import { dueAt, endOf, type Span } from '../../plan/leased/lease.ts';
import type { LeaseMark } from '../../plan/leased/lease-mark.ts';
import type { SecretDigest } from '../../plan/secret/secret.ts';
import { faultOf } from '../../runtime/fault.ts';
import { keyOf, type Ref } from '../../runtime/ref.ts';
import { spreadOf } from '../../runtime/spread.ts';
import { type CredentialTurn, originOf, type Turn } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from './gather.ts';

/** What the object says of the lease in its Secret. */
export interface Stray {
  readonly leaseId: string;
  readonly span: Span;
  readonly renewable: boolean;
}

/** What Vault said of one since this process began. */
export interface Adopted {
  readonly leaseId: string;
  readonly replaceAt: number;
  /** Undefined when it cannot be renewed. */
  readonly renewAt: number | undefined;
  readonly endsAt: number;
}

/**
 * The lease that the Secret carries, when no record tells of it and the object has not changed since: a change may
 * mean another credential, and only a record could tell.
 */
export function strayOf(
  { metadata, status }: VaultDynamicSecret,
  secret: SecretDigest | undefined,
  mark: LeaseMark | undefined,
  records: readonly LedgerRecord[],
): Stray | undefined {
  const isSettled = status?.lastGeneration === metadata.generation;
  if (!secret || !isSettled || !status.secretLease?.id) return undefined;
  const { id, duration, renewable } = status.secretLease;
  const isOther = mark !== undefined && mark.leaseId !== id;
  if (isOther || records.some((record) => isOnRecord(record, id))) return undefined;
  const askedAt = (status.lastRenewalTime ?? 0) * 1000;
  return { leaseId: id, span: { askedAt, ttlMs: duration * 1000 }, renewable };
}

/** A record that is not retiring decides what the Secret shall hold, whichever lease is its own. */
function isOnRecord({ state, lease }: LedgerRecord, leaseId: string): boolean {
  return state !== 'retiring' || lease?.id === leaseId;
}

export function strayFacts(deps: Deps, ref: Ref, stray: Stray | undefined): StrayFacts | undefined {
  const { replaceAt, renewAt } = (stray && adopted(deps, ref, stray)) ?? {};
  return stray && { replaceAt, renewAt };
}

/** When it ends as far as we know; undefined when it ended, or there is none. */
export function strayEndsAt({ deps, situation, learned }: Turn): number | undefined {
  const { stray, owner, world } = situation;
  if (learned.findings.has(world.secret?.revision ?? '')) return undefined;
  return stray && (adopted(deps, owner, stray)?.endsAt ?? endOf(stray.span));
}

/** Asks Vault whether it lives, and for its full TTL again. "Gone" is a finding for the planner. */
export async function adoptStray(turn: Turn, revision: string): Promise<void> {
  const { deps, situation, learned } = turn;
  const { stray, owner } = situation;
  if (!stray) throw new Error('only a stray is adopted');
  const origin = originOf(turn);
  const granted = stray.renewable ? await renewed(turn, origin, stray) : undefined;
  if (granted?.kind === 'gone') {
    learned.findings.set(revision, 'gone');
    return;
  }
  const span = granted ?? stray.span;
  const replaceAt = strayReplacementAt(span, {
    now: deps.clock.now(),
    tokenTtlMs: deps.reads.tokenTtlMs(origin.identity) ?? Number.POSITIVE_INFINITY,
    spread: spreadOf(owner.uid),
  });
  const renewAt = granted?.kind === 'granted' ? renewalAt(turn, span) : undefined;
  const { leaseId } = stray;
  if (!adopted(deps, owner, stray)) learned.adopted = leaseId;
  deps.strays.set(keyOf(owner), { leaseId, replaceAt, renewAt, endsAt: endOf(span) });
}

function renewalAt({ situation }: Turn, span: Span): number {
  const { object, owner } = situation;
  return dueAt(span, object.spec.renewalPercent, spreadOf(owner.uid));
}

/** It was replaced. */
export function leaveStray({ deps, situation, context }: CredentialTurn): void {
  const { stray, owner } = situation;
  deps.strays.delete(keyOf(owner));
  if (!stray) return;
  const { leaseId } = stray;
  context.observer.log('info', 'a credential without a record was replaced; it ends by its TTL', {
    leaseId,
  });
}

/** Undefined when Vault refuses to say: then what the object says counts. */
async function renewed(
  { deps, learned, context }: Turn,
  { identity, request }: Origin,
  { leaseId, span }: Stray,
): Promise<LeaseRenewal | undefined> {
  learned.renewing = true;
  try {
    const { namespace } = request;
    const { signal } = context;
    const granted = await deps.reads.renewLease(identity, namespace, leaseId, span.ttlMs, signal);
    const result = granted.kind === 'gone' ? 'gone' : 'kept';
    context.observer.count('vault_lease_operator_renewals_total', { result });
    learned.renewed = granted.kind === 'granted';
    return granted;
  } catch (thrown) {
    context.observer.count('vault_lease_operator_renewals_total', { result: 'failed' });
    if (faultOf(thrown).kind !== 'denied') throw thrown;
    return undefined;
  }
}

function adopted(deps: Deps, ref: Ref, { leaseId }: Stray): Adopted | undefined {
  const known = deps.strays.get(keyOf(ref));
  return known?.leaseId === leaseId ? known : undefined;
}
