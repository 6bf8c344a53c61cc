/**
 * Keeps the credentials of an object alive while the object is refused, or its Secret cannot be read: renewing needs
 * neither. Issues nothing, writes nothing.
 */
import { credentialEndsAt, type LedgerRecord } from '../../ledger/record.ts';
import { nextDueAt, planRenewal } from '../../plan/credential/next-act.ts';
import type { CredentialWorld } from '../../plan/credential/world.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import { ownerOf } from '../load.ts';
import type { StoredObject } from '../ports.ts';
import { caught } from '../report.ts';
import { factsOf, RENEWAL_PERCENT } from './gather.ts';
import { lockedEndsAt } from './ledger-lock.ts';
import { renewLease, renewToken } from './renew.ts';
import type { Renewing } from './turn.ts';

export interface KeptAlive {
  /** When the first of them ends; undefined when there is none. */
  readonly endsAt: number | undefined;
  /** When the next renewal is due. */
  readonly nextAt: number | undefined;
  /** Why a renewal failed; the others were tried all the same. */
  readonly fault: Fault | undefined;
}

export async function keepAlive(renewing: Renewing, stored: StoredObject): Promise<KeptAlive> {
  const kept = await keepOwned(renewing, ownerOf(stored), percentOf(stored));
  return { ...kept, endsAt: kept.endsAt ?? lockedEndsAt(renewing.deps, stored) };
}

type Uid = Ref & { readonly uid: string };

/** What is on record for an object that itself is not in view. */
export async function keepOwned(
  renewing: Renewing,
  owner: Uid,
  percent = RENEWAL_PERCENT,
): Promise<KeptAlive> {
  let fault: Fault | undefined;
  for (const record of inUse(renewing, owner))
    fault = (await renew(renewing, percent, record)) ?? fault;
  const kept = inUse(renewing, owner);
  return {
    endsAt: earliest(kept.map(credentialEndsAt)),
    nextAt: earliest(kept.flatMap((record) => nextDueAt(worldOf(renewing, percent, record)) ?? [])),
    fault,
  };
}

function inUse({ deps }: Renewing, owner: Uid): readonly LedgerRecord[] {
  const records = deps.book.ofOwner(owner);
  return records.filter((each) => each.state === 'current' && each.owner.uid === owner.uid);
}

/** Lease and token, each at most once. */
async function renew(
  renewing: Renewing,
  percent: number,
  { revision }: LedgerRecord,
): Promise<Fault | undefined> {
  try {
    for (const kind of ['renew-lease', 'renew-token'] as const) {
      const record = renewing.deps.book.get(revision);
      if (!record || planRenewal(worldOf(renewing, percent, record))?.kind !== kind) continue;
      await (kind === 'renew-lease' ? renewLease : renewToken)(renewing, revision);
    }
    return undefined;
  } catch (thrown) {
    return caught(thrown, renewing.context);
  }
}

/** One record alone, and no Secret: what can be judged without the object. */
function worldOf(
  { deps, learned }: Renewing,
  renewalPercent: number,
  record: LedgerRecord,
): CredentialWorld {
  return {
    now: deps.clock.now(),
    uid: record.owner.uid,
    holder: deps.settings.holder,
    destination: record.destination,
    sourceDigest: undefined,
    renewalPercent,
    records: [factsOf(deps, record)],
    secret: undefined,
    stray: undefined,
    findings: learned.findings,
    syncAsked: false,
    rotateRequest: undefined,
    restartedRevision: undefined,
  };
}

/** Read by hand: the rest of the specification may be what is refused. */
function percentOf({ spec }: StoredObject): number {
  const percent: unknown = Object(spec).renewalPercent;
  return Number.isInteger(percent) ? Number(percent) : RENEWAL_PERCENT;
}

function earliest(instants: readonly number[]): number | undefined {
  const first = Math.min(...instants);
  return Number.isFinite(first) ? first : undefined;
}
