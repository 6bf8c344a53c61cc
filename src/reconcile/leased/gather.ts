/**
 * The facts about one leased credential: those of every credential, and what of its object the ledger does not know: a
 * lease without a record, times that only the status has, and whether the object is still there.
 */
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import { strayOf } from '../../plan/credential/stray.ts';
import { openRequests } from '../../plan/requests.ts';
import { dynamicRequest, sourceDigest } from '../../plan/secret/request.ts';
import { gather, type Look } from '../credential/gather.ts';
import { unlocked } from '../credential/ledger-lock.ts';
import type { Renewing, Situation } from '../credential/turn.ts';
import type { Deps } from '../deps.ts';
import { ownerOf } from '../load.ts';
import type { StoredObject } from '../ports.ts';
import { strayFacts } from './stray.ts';
import type { LeasedTurn } from './turn.ts';

const LOOK: Look<VaultDynamicSecret> = {
  asks: (identity, { spec }) => {
    const request = dynamicRequest(identity, spec);
    return { request, digest: sourceDigest(identity, request) };
  },
  // What VSO wrote, and what came without a lease, carries no mark.
  inherits: ({ status }) => Boolean(status?.secretLease?.id || status?.secretMAC),
};

export async function gatherDynamic(renewing: Renewing, stored: StoredObject): Promise<LeasedTurn> {
  const { deps, learned, context } = renewing;
  const object = unlocked(deps, 'VaultDynamicSecret', stored);
  catchUpWithStatus(deps, object);
  const seen = await gather(renewing, object, LOOK);
  const { owner, records, secret, mark } = seen;
  const stray = strayOf(object, secret, mark, records);
  const world = {
    ...seen.world,
    renewalPercent: object.spec.renewalPercent,
    restartedRevision: learned.restarted ?? object.status?.restartedRevision,
    syncAsked: openRequests(object).sync !== undefined && !learned.asked.has(mark?.revision ?? ''),
    stray: strayFacts(deps, owner, stray),
    uid: await livingUid(deps, seen, context.signal),
  };
  return { ...renewing, stored, situation: { ...seen, stray, world } };
}

/** Renewals are noted in the status only; what it says can move our times forward. */
function catchUpWithStatus(deps: Deps, object: VaultDynamicSecret): void {
  const { status } = object;
  const records = deps.book.ofOwner(ownerOf(object));
  const record = records.find((each) => each.revision === status?.revision);
  if (!record || deps.book.isConfirmed(record.revision)) return;
  const { lastRenewalTime = 0, tokenRenewalTime = 0 } = status ?? {};
  deps.book.adoptTimes(record.revision, lastRenewalTime * 1000, tokenRenewalTime * 1000);
}

/**
 * A Secret that is gone may have gone with its object, and the watch of Secrets be ahead of the one of objects: before
 * a credential is issued in its place the object is looked at.
 */
async function livingUid(
  deps: Deps,
  { owner, records, secret }: Situation,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { uid } = owner;
  const wasWritten = records.some(
    (record) => record.state !== 'pending' && record.owner.uid === uid,
  );
  if (secret || !wasWritten) return uid;
  const life = await deps.objects.exists(owner, uid, signal);
  return life === 'there' ? uid : undefined;
}
