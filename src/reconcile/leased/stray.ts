/**
 * Credentials in use that the ledger does not know: it was lost, or another operator made them. They are renewed by
 * id, so that there is time to replace them one after another; what made them is not known here, so they cannot be
 * given back and end with their token.
 */
import type { LeaseRenewal } from '../../api/vault-exchange.ts';
import { dueAt, endOf, type Span } from '../../plan/credential/lease.ts';
import { type Adopted, type Stray, strayReplacementAt } from '../../plan/credential/stray.ts';
import type { StrayFacts } from '../../plan/credential/world.ts';
import { faultOf } from '../../runtime/fault.ts';
import { keyOf, type Ref } from '../../runtime/ref.ts';
import { spreadOf } from '../../runtime/spread.ts';
import { type Origin, originOf } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import type { LeasedTurn } from './turn.ts';

export function strayFacts(deps: Deps, ref: Ref, stray: Stray | undefined): StrayFacts | undefined {
  const { replaceAt, renewAt } = (stray && adopted(deps, ref, stray)) ?? {};
  return stray && { replaceAt, renewAt };
}

/** When it ends as far as we know; undefined when it ended, or there is none. */
export function strayEndsAt({ deps, situation, learned }: LeasedTurn): number | undefined {
  const { stray, owner, world } = situation;
  if (learned.findings.has(world.secret?.revision ?? '')) return undefined;
  return stray && (adopted(deps, owner, stray)?.endsAt ?? endOf(stray.span));
}

/** Asks Vault whether it lives, and for its full TTL again. "Gone" is a finding for the planner. */
export async function adoptStray(turn: LeasedTurn, revision: string): Promise<void> {
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

function renewalAt({ situation }: LeasedTurn, span: Span): number {
  const { object, owner } = situation;
  return dueAt(span, object.spec.renewalPercent, spreadOf(owner.uid));
}

/** It was replaced. */
export function leaveStray({ deps, situation, context }: LeasedTurn): void {
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
  { deps, learned, context }: LeasedTurn,
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
