/**
 * The story of a retiring credential: wait until nothing uses it, give it back, drop the record. It has a queue key
 * of its own, so that a Vault that is away never holds up the object that replaced it.
 */
import { credentialEndsAt, type LedgerRecord, type Retirement } from '../../ledger/record.ts';
import {
  certainlyDeadAt,
  patientlyAt,
  planGiveBack,
  type RetiringFacts,
} from '../../plan/credential/give-back.ts';
import { readMark } from '../../plan/credential/lease-mark.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import { type Fault, faultOf } from '../../runtime/fault.ts';
import type { Observer } from '../../runtime/observer.ts';
import type { Ref } from '../../runtime/ref.ts';
import type { Deps } from '../deps.ts';
import { readLive } from '../destination/destination.ts';
import { forgetRollouts, rolloutsOf } from './rollouts.ts';
import { noteRefused, noteUndone, type Undone, undo } from './undo.ts';

/** Kind of the queue key: not a Kubernetes kind. */
export const LEDGER_RECORD = 'LedgerRecord';

export function recordRef(deps: Deps, revision: string): Ref {
  return { kind: LEDGER_RECORD, namespace: deps.settings.operatorNamespace, name: revision };
}

export async function reconcileRetiring(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const record = deps.book.get(ref.name);
  if (!record?.retirement) return { kind: 'settled' };
  const facts = await gather(deps, record, record.retirement, context.signal);
  const plan = planGiveBack(facts, {
    ownerMs: deps.settings.ownerGraceMs,
    overlapMs: deps.settings.overlapMs,
  });
  if (plan.kind === 'wait') return { kind: 'settled', nextAt: plan.until };
  return act(deps, record, facts, context);
}

async function gather(
  deps: Deps,
  record: LedgerRecord,
  retirement: Retirement,
  signal: AbortSignal,
): Promise<RetiringFacts> {
  const abandoned = await abandonedAt(deps, record, retirement, signal);
  const isGone = retirement.why === 'owner-gone' || abandoned !== undefined;
  return {
    ...(await rolloutsOf(deps, record, retirement, signal)),
    now: deps.clock.now(),
    why: retirement.why,
    retiredAt: retirement.at,
    credentialEndsAt: credentialEndsAt(record),
    longestTokenMs: longestLifeMs(record, retirement),
    pausedUntil: deps.pause.until(deps.clock.now()),
    // A Secret whose object is gone goes with it.
    carried: !isGone && (await isCarried(deps, record, signal)),
    abandonedAt: abandoned,
  };
}

/** When the object was found gone that had it replaced; once its last credential was given back, long enough ago. */
async function abandonedAt(
  deps: Deps,
  { owner, revision }: LedgerRecord,
  { why, at }: Retirement,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (why !== 'replaced' || deps.store.get(owner)?.metadata.uid === owner.uid) return undefined;
  // Who cannot tell waits for the overlap, as without this question.
  const life = await deps.objects.exists(owner, owner.uid, signal).catch(() => 'there' as const);
  const others = deps.book
    .ofOwner(owner)
    .filter((other) => other.owner.uid === owner.uid && other.revision !== revision);
  if (life !== 'gone' || others.some(({ state }) => state !== 'retiring')) return undefined;
  return others.find(({ retirement }) => retirement?.why === 'owner-gone')?.retirement?.at ?? at;
}

async function isCarried(
  deps: Deps,
  { revision, owner, destination }: LedgerRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const secret = await readLive(deps, owner.namespace, destination, signal);
  if (!secret) return false;
  const bond = { uid: owner.uid, mac: secret.mac };
  const reading = readMark(deps.hmacKey, secret.annotations, bond);
  return reading.kind === 'genuine' && reading.mark.revision === revision;
}

/** Of the token, or of a certificate or lease that has none of its own. */
function longestLifeMs(record: LedgerRecord, { at }: Retirement): number {
  const { token, certificate, lease } = record;
  if (token.released && certificate) return Math.max(0, certificate.endsAt - at);
  // Renewals are not written: after a restart the lease may be younger than its record says.
  if (token.sharedBy !== undefined && lease) return Math.max(lease.fullTtlMs, lease.ttlMs);
  return Math.max(token.loginTtlMs, token.ttlMs);
}

async function act(
  deps: Deps,
  record: LedgerRecord,
  facts: RetiringFacts,
  context: ReconcileContext,
): Promise<Outcome> {
  const { observer, signal } = context;
  try {
    const result = await undo(deps, record, signal);
    ended(deps, record, result, observer);
    if (result === 'orphaned')
      observer.log('warn', 'credential was not given back and ends by its TTL', keysOf(record, {}));
    else observer.log('info', 'credential given back', keysOf(record, { result }));
    return { kind: 'settled' };
  } catch (thrown) {
    return refused(deps, record, facts, faultOf(thrown), context);
  }
}

/** Vault is away or refuses: try on until the token cannot live any more, then say which of the two it was. */
async function refused(
  deps: Deps,
  record: LedgerRecord,
  facts: RetiringFacts,
  fault: Fault,
  context: ReconcileContext,
): Promise<Outcome> {
  const { observer, signal } = context;
  const deadAt = certainlyDeadAt(facts);
  noteRefused(deps, record, fault);
  if (facts.now < deadAt) return tryAgain(record, facts, fault, context);
  const result = fault.kind === 'denied' ? 'expired' : 'orphaned';
  await deps.book.drop(record.revision, signal);
  ended(deps, record, result, observer);
  observer.log('warn', 'credential was not given back and has ended by its TTL', {
    ...keysOf(record, { result }),
    reason: fault.reason,
  });
  return { kind: 'settled' };
}

function ended(deps: Deps, record: LedgerRecord, result: Undone, observer: Observer): void {
  forgetRollouts(deps, record);
  noteUndone(deps, record, result);
  observer.count('vault_lease_operator_give_backs_total', { result });
}

/** A certificate whose object is gone: told to the log, as nobody else is there. */
function tryAgain(
  record: LedgerRecord,
  facts: RetiringFacts,
  fault: Fault,
  { attempt, observer }: ReconcileContext,
): Outcome {
  const deadAt = certainlyDeadAt(facts);
  const patiently = record.certificate && patientlyAt(facts, fault, attempt + 1);
  if (patiently === undefined) return { kind: 'failed', fault, retryBefore: deadAt };
  const { reason, message } = fault;
  const keys = { ...keysOf(record, {}), reason, message };
  observer.log('warn', 'a certificate is orphaned: it is tried once an hour until it ends', keys);
  return { kind: 'settled', nextAt: Math.min(patiently, deadAt) };
}

function keysOf(record: LedgerRecord, more: Record<string, string>) {
  return {
    revision: record.revision,
    owner: `${record.owner.kind}/${record.owner.namespace}/${record.owner.name}`,
    leaseId: record.lease?.id,
    serialNumber: record.certificate?.serial,
    why: record.retirement?.why,
    ...more,
  };
}
