/**
 * Issuing a credential: steps 1 to 4 of the ledger's protocol as the object lives them. What is issued is held, sealed,
 * until the Secret carries it (write.ts); how it is held is for the kind to say.
 */
import type { SecretAnswer } from '../../api/vault-exchange.ts';
import { issue } from '../../ledger/issue.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { IssueCause } from '../../plan/credential/cause.ts';
import type { CredentialPlan } from '../../plan/credential/next-act.ts';
import { planDestination } from '../../plan/secret/destination.ts';
import { renderSecret } from '../../plan/secret/render.ts';
import type { SecretData } from '../../plan/secret/secret.ts';
import type { Source } from '../../plan/secret/source-state.ts';
import { FaultError, faultOf } from '../../runtime/fault.ts';
import type { Sealed } from '../../runtime/sealed.ts';
import { readLive } from '../destination/destination.ts';
import { retireRecord } from './retire.ts';
import { type Origin, originOf, type Turn } from './turn.ts';

type IssuePlan = Extract<CredentialPlan, { kind: 'issue' }>;

/** Keeps what was issued, sealed, until it is written. Throws when it is of no use. */
export type Hold = (origin: Origin, record: LedgerRecord, answer: SecretAnswer) => Promise<void>;

/** Throws the origin's fault, or the destination's, before anything is asked of Vault. */
export async function issueCredential(turn: Turn, plan: IssuePlan, hold: Hold): Promise<void> {
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

/** Every try makes a credential: it is not made often in vain. */
const MENDED_LOOK_MS = 300_000;

/** What no Secret can hold is mended in Vault, where nobody tells us: it is tried again, now and then. */
export function renderIssued(turn: Turn, source: Source): Sealed<SecretData> {
  try {
    return renderSecret(source, { excludeRaw: excludesRaw(turn) });
  } catch (thrown) {
    const fault = faultOf(thrown);
    if (fault.kind !== 'refused') throw thrown;
    throw new FaultError({ ...fault, kind: 'waiting', retryAfterMs: MENDED_LOOK_MS });
  }
}

function excludesRaw({ deps, situation }: Turn): boolean {
  const { transformation } = situation.object.spec.destination;
  return deps.settings.excludeRaw || Boolean(transformation?.excludeRaw);
}

/**
 * A Secret that may not be written is no reason to make a credential. Secrets of others are not watched, so
 * a name that this object did not have until now is looked at; a new object finds out when it writes.
 */
async function refuseHopelessWrite(
  { deps, situation, context }: Turn,
  why: IssueCause,
): Promise<void> {
  const { owner, object } = situation;
  const { destination } = object.spec;
  const look = () => readLive(deps, owner.namespace, destination.name, context.signal);
  const existing = situation.secret ?? (why === 'InitialSync' ? undefined : await look());
  const plan = planDestination({ owner, destination, existing, mac: '', marks: {} });
  if (plan.kind === 'refuse') throw new FaultError(plan.fault);
}

/** Whatever was opened and did not come to a credential is given back at once. */
async function abandon(turn: Turn, thrown: unknown): Promise<void> {
  const { deps, situation, context } = turn;
  const result = faultOf(thrown).ambiguous ? 'unknown' : 'failed';
  context.observer.count('vault_lease_operator_issues_total', { result });
  for (const { state, holder, revision, lease } of deps.book.ofOwner(situation.owner)) {
    if (state !== 'pending' || holder !== deps.settings.holder) continue;
    if (result === 'failed' && !lease) deps.book.noteEmpty(revision);
    await retireRecord(turn, revision, 'unused', '');
  }
}
