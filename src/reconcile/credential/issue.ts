/**
 * Issuing and writing a leased credential: steps 1 to 6 of the ledger's protocol as the object lives them. What is
 * issued is held, sealed, until the Secret carries it.
 */
import type { SecretAnswer } from '../../api/vault-exchange.ts';
import { issue } from '../../ledger/issue.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { IssueCause } from '../../plan/leased/dynamic-cause.ts';
import { inPlace } from '../../plan/leased/dynamic-records.ts';
import type { DynamicPlan } from '../../plan/leased/dynamic-secret.ts';
import { writeMark } from '../../plan/leased/lease-mark.ts';
import { planDestination } from '../../plan/secret/destination.ts';
import { secretMac } from '../../plan/secret/mac.ts';
import { renderSecret } from '../../plan/secret/render.ts';
import type { SecretData } from '../../plan/secret/secret.ts';
import { absenceFault, judgePlain, type Source } from '../../plan/secret/source-state.ts';
import { FaultError, faultOf } from '../../runtime/fault.ts';
import type { Sealed } from '../../runtime/sealed.ts';
import { readLive, removeLeftovers, writeDestination } from '../destination/destination.ts';
import type { Origin } from '../leased/gather.ts';
import { leaveStray } from '../leased/stray.ts';
import { retireRecord } from './retire.ts';
import { type CredentialTurn, originOf, type Turn } from './turn.ts';

type IssuePlan = Extract<DynamicPlan, { kind: 'issue' }>;

/** Keeps what was issued, sealed, until it is written. Throws when it is of no use. */
export type Hold = (origin: Origin, record: LedgerRecord, answer: SecretAnswer) => Promise<void>;

/** Throws the origin's fault, or the destination's, before anything is asked of Vault. */
export async function issueCredential(
  turn: CredentialTurn,
  plan: IssuePlan,
  hold: Hold,
): Promise<void> {
  const { deps, situation, context } = turn;
  const origin = originOf(turn);
  await refuseHopelessWrite(turn, plan.why);
  const { rotateRequest } = situation.world;
  const wanted = {
    owner: situation.owner,
    destination: situation.object.spec.destination.name,
    sourceDigest: origin.digest,
    restarts: plan.restarts,
    repair: plan.repair,
    ...(rotateRequest !== undefined && { rotateRequest }),
    identity: origin.identity,
    request: origin.request,
  };
  try {
    const { cluster, holder } = deps.settings;
    const issued = await issue({ ...deps, cluster, holder }, wanted, context.signal);
    context.observer.count('vault_lease_operator_issues_total', { result: 'issued' });
    const record = deps.book.get(issued.revision);
    if (!record) throw new Error('an issued credential has a record');
    await hold(origin, record, issued.answer);
    turn.learned.issued = plan.why;
  } catch (thrown) {
    await abandon(turn, thrown);
    throw thrown;
  }
}

/** One write of data, revision, lease and MAC; then the record says current. */
export async function writeCredential(turn: CredentialTurn, revision: string): Promise<void> {
  const { deps, situation, learned, context } = turn;
  const held = deps.held.get(revision);
  if (!held) throw new Error('only a held credential can be written');
  const { owner, object } = situation;
  const { destination } = object.spec;
  const mac = secretMac(deps.hmacKey, held.data.open());
  const { lease, span, data } = held;
  const marks = writeMark(
    deps.hmacKey,
    {
      revision,
      leaseId: lease?.id ?? '',
      issuedAt: span.askedAt,
      ttlMs: span.ttlMs,
      renewable: lease?.renewable ?? false,
    },
    { uid: owner.uid, mac },
  );
  deps.held.put(revision, { ...held, attempted: true });
  const wish = { owner, destination, data, mac, marks };
  await writeDestination(deps, wish, situation.secret, context.signal);
  learned.written = { first: situation.world.secret?.revision === undefined };
  if (isNoNews(turn, mac)) learned.restarted = revision;
  learned.requestId = held.requestId;
  await deps.book.makeCurrent(revision, lease, context.signal);
  deps.held.drop(revision);
  leaveStray(turn);
  await removeLeftovers(deps, owner, destination.name, context.signal);
}

/** The pods hold these very values already, under a lease that was replaced. */
function isNoNews({ situation }: CredentialTurn, mac: string): boolean {
  const { secret, world } = situation;
  const before = inPlace(world);
  const isRestarted = !before?.restarts || world.restartedRevision === before.revision;
  return secret?.mac === mac && isRestarted;
}

/**
 * A Secret that may not be written is no reason to make a credential. Secrets of others are not watched, so
 * a name that this object did not have until now is looked at; a new object finds out when it writes.
 */
async function refuseHopelessWrite(
  { deps, situation, context }: CredentialTurn,
  why: IssueCause,
): Promise<void> {
  const { owner, object } = situation;
  const { destination } = object.spec;
  const look = () => readLive(deps, owner.namespace, destination.name, context.signal);
  const existing = situation.secret ?? (why === 'InitialSync' ? undefined : await look());
  const plan = planDestination({ owner, destination, existing, mac: '', marks: {} });
  if (plan.kind === 'refuse') throw new FaultError(plan.fault);
}

/** An answer without a lease is read under the shared token from now on. */
export async function holdLeased(
  turn: Turn,
  origin: Origin,
  record: LedgerRecord,
  answer: SecretAnswer,
): Promise<void> {
  const { deps } = turn;
  const { revision } = record;
  if (answer.leaseId === '') {
    deps.unleased.set(origin.digest, true);
    deps.book.noteEmpty(revision);
    await retireRecord(turn, revision, 'unused', '');
    return;
  }
  const state = judgePlain(answer);
  if (state.kind !== 'present') throw new FaultError(absenceFault(state.kind, origin.request.path));
  const { lease } = deps.book.get(revision) ?? record;
  if (!lease) throw new Error('a leased answer is on record');
  deps.held.put(revision, {
    data: renderIssued(turn, state.source),
    lease,
    span: lease,
    requestId: answer.requestId,
    attempted: false,
  });
}

/** Every try makes a credential: it is not made often in vain. */
const MENDED_LOOK_MS = 300_000;

/** What no Secret can hold is mended in Vault, where nobody tells us: it is tried again, now and then. */
export function renderIssued(turn: CredentialTurn, source: Source): Sealed<SecretData> {
  try {
    return renderSecret(source, { excludeRaw: excludesRaw(turn) });
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault.kind !== 'refused') throw thrown;
    throw new FaultError({ ...fault, kind: 'waiting', retryAfterMs: MENDED_LOOK_MS });
  }
}

function excludesRaw({ deps, situation }: CredentialTurn): boolean {
  const { transformation } = situation.object.spec.destination;
  return deps.settings.excludeRaw || Boolean(transformation?.excludeRaw);
}

/** Whatever was opened and did not come to a credential is given back at once. */
async function abandon(turn: CredentialTurn, thrown: unknown): Promise<void> {
  const { deps, situation, context } = turn;
  const result = faultOf(thrown).ambiguous ? 'unknown' : 'failed';
  context.observer.count('vault_lease_operator_issues_total', { result });
  for (const { state, holder, revision, lease } of deps.book.ofOwner(situation.owner)) {
    if (state !== 'pending' || holder !== deps.settings.holder) continue;
    if (result === 'failed' && !lease) deps.book.noteEmpty(revision);
    await retireRecord(turn, revision, 'unused', '');
  }
}
