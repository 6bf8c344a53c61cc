/**
 * The product's own judgement, asked about a state of the model: what a replica can see becomes the facts that the
 * reconcilers gather, and the planners of src/plan decide.
 */

import { planGiveBack } from '../../../src/plan/credential/give-back.ts';
import { type CredentialPlan, planCredential } from '../../../src/plan/credential/next-act.ts';
import type {
  CredentialWorld,
  RecordFacts,
  SecretFacts,
} from '../../../src/plan/credential/world.ts';
import { resourceOf } from './commit.ts';
import type { Rules } from './rules.ts';
import type { Entry, Replica, Resource, Run, Secret, State } from './state.ts';

/** How far one passing of time in the model goes: over every grace, and not over the life of a short token. */
export const PASS_MS = 100_000;
export const OWNER_GRACE_MS = 60_000;
export const OVERLAP_MS = 90_000;
export const SHORT_MS = 120_000;
/** Of tokens at their full length, and of leases: never due in the time of the model. */
export const LONG_MS = 100 * 86_400_000;
const NOW = 1_800_000_000_000;

/** What a run looks at in one turn. */
export interface Look {
  readonly resource: Resource;
  readonly secret: Secret | null;
  /** The Secret that was seen is the one that is there. */
  readonly same: boolean;
  readonly world: CredentialWorld;
}

/** The watched copies of a replica. */
export function seenResource(state: State, replica: Replica, cr: number): Resource | null {
  return (replica.view ?? state).crs[cr] ?? null;
}

export function look(state: State, replica: Replica, run: Run, rules: Rules): Look {
  const resource = resourceOf(run);
  const entries = ofResource(state, replica, run.id);
  const isLive = !replica.view || (rules.liveReads && isInDoubt(replica, entries));
  const secret = (isLive ? state : (replica.view ?? state)).secrets[run.id] ?? null;
  const same = isLive || (replica.view?.same[run.id] ?? true);
  const me = state.replicas.indexOf(replica);
  const world: CredentialWorld = {
    now: NOW,
    uid: livingUid(state, entries, secret, resource),
    holder: String(me),
    destination: String(run.id),
    sourceDigest: String(resource.digest),
    renewalPercent: 67,
    records: entries.map((entry) => factsOf(state, replica, entry)),
    secret: secret ? secretFacts(secret, resource) : undefined,
    stray: undefined,
    findings: new Map(run.gone < 0 ? [] : [[String(run.gone), 'gone' as const]]),
    syncAsked: false,
    rotateRequest: undefined,
    restartedRevision: String(run.restarted < 0 ? resource.restarted : run.restarted),
  };
  return { resource, secret, same, world };
}

export function judge({ world }: Look, rules: Rules): CredentialPlan {
  return rules.replan(planCredential(world), world);
}

/** As `Book.ofOwner`: by the name, whatever the uid. */
export function ofResource(state: State, replica: Replica, cr: number): Entry[] {
  return replica.book.filter(({ rev }) => state.revs[rev]?.cr === cr);
}

/** Whether a retiring credential may go, by what the replica knows of the workload. */
export function mayGoBack(state: State, rev: number, rules: Rules): boolean {
  const record = state.records.find((each) => each.rev === rev);
  const cr = state.revs[rev]?.cr ?? 0;
  if (!record || record.why === '') return true;
  const plan = planGiveBack(
    {
      now: NOW,
      why: record.why,
      retiredAt: record.over ? NOW - PASS_MS : NOW,
      credentialEndsAt: NOW + LONG_MS,
      longestTokenMs: LONG_MS,
      hasTargets: true,
      rolling: false,
      pausedUntil: undefined,
      // Time passes for all records alike here: the grace of its object is over when its own is.
      abandonedAt: undefined,
      carried:
        rules.lookBeforeRevoke &&
        record.why !== 'owner-gone' &&
        state.secrets.some((secret) => secret?.mark === rev),
      rolledOut: record.why === 'replaced' && state.stamps[cr]?.at(-1) === record.successor,
    },
    { ownerMs: OWNER_GRACE_MS, overlapMs: OVERLAP_MS },
  );
  return plan.kind === 'give-back';
}

/** A Secret that is gone may have gone with its object: then the object is looked at, by a live read. */
function livingUid(
  { revs, crs }: State,
  entries: readonly Entry[],
  secret: Secret | null,
  { uid }: Resource,
): string | undefined {
  const wasWritten = entries.some(
    ({ rev, state }) => state !== 'pending' && revs[rev]?.uid === uid,
  );
  const isThere = secret || !wasWritten || crs.some((resource) => resource?.uid === uid);
  return isThere ? String(uid) : undefined;
}

/** A write of a pending revision may have arrived, unless its values never left this process. */
function isInDoubt(replica: Replica, entries: readonly Entry[]): boolean {
  return entries.some(
    ({ rev, state }) =>
      state === 'pending' && replica.held.find((held) => held.rev === rev)?.attempted !== false,
  );
}

function secretFacts(secret: Secret, resource: Resource): SecretFacts {
  const isGenuine = secret.uid === resource.uid;
  return {
    revision: isGenuine ? String(secret.mark) : undefined,
    intact: isGenuine && !secret.edited && secret.data === secret.mark,
    metadataDrift: false,
  };
}

function factsOf(state: State, replica: Replica, entry: Entry): RecordFacts {
  const { rev } = entry;
  const made = state.revs[rev];
  if (!made) throw new Error(`revision ${rev} is unknown`);
  const values = replica.held.find((each) => each.rev === rev);
  const held = values !== undefined;
  const lease = { askedAt: NOW, ttlMs: LONG_MS, renewable: true };
  return {
    revision: String(rev),
    state: entry.state,
    holder: String(made.by),
    owner: { uid: String(made.uid) },
    destination: String(made.cr),
    sourceDigest: String(made.digest),
    restarts: made.restarts,
    repair: made.repair,
    createdAt: NOW - made.age * PASS_MS + rev,
    confirmed: !entry.loaded,
    doubted: false,
    held,
    isNew: !entry.loaded,
    sent: made.by !== state.replicas.indexOf(replica) || Boolean(values?.attempted),
    token: {
      type: 'service',
      renewable: true,
      askedAt: entry.short ? NOW - made.age * PASS_MS : NOW,
      ttlMs: entry.short ? SHORT_MS : LONG_MS,
      capped: false,
    },
    ...((held || entry.state !== 'pending') && { lease }),
  };
}
