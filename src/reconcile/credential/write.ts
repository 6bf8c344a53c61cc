/**
 * Writing a credential that is held: steps 5 and 6 of the ledger's protocol. One write of the Secret carries data,
 * revision, lease and MAC; then the record says current.
 */
import type { RecordLease } from '../../ledger/record.ts';
import { type LeaseMark, writeMark } from '../../plan/credential/lease-mark.ts';
import { inPlace } from '../../plan/credential/records.ts';
import { secretMac } from '../../plan/secret/mac.ts';
import { removeLeftovers, writeDestination } from '../destination/destination.ts';
import type { Turn } from './turn.ts';

export async function writeCredential(turn: Turn, revision: string): Promise<void> {
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
  await makeCurrent(turn, revision, lease);
}

/** The Secret carries it, so nobody has to hold it any more. */
export async function makeCurrent(
  { deps, context }: Turn,
  revision: string,
  lease: RecordLease | undefined,
): Promise<void> {
  await deps.book.makeCurrent(revision, lease, context.signal);
  deps.held.drop(revision);
}

/** What a mark says of the lease; undefined where the answer had none. */
export function markedLease(mark: LeaseMark): RecordLease | undefined {
  const { leaseId, issuedAt, ttlMs, renewable } = mark;
  if (leaseId === '') return undefined;
  return { id: leaseId, askedAt: issuedAt, ttlMs, fullTtlMs: ttlMs, renewable };
}

/** The last of a write: Secrets that the object had under other names, now that this one is in place. */
export async function removeFormerSecrets({ deps, situation, context }: Turn): Promise<void> {
  const { owner, object } = situation;
  await removeLeftovers(deps, owner, object.spec.destination.name, context.signal);
}

/** The pods hold these very values already, under a lease that was replaced. */
function isNoNews({ situation }: Turn, mac: string): boolean {
  const { secret, world } = situation;
  const before = inPlace(world);
  const isRestarted = !before?.restarts || world.restartedRevision === before.revision;
  return secret?.mac === mac && isRestarted;
}
