/**
 * An object that the store lacks and that left records behind. It is gone when a live read says so for its uid, never
 * because the store lacks it: until that is known its credentials are in use, and are kept alive.
 */
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import { keyOf, type Ref } from '../../runtime/ref.ts';
import type { Deps } from '../deps.ts';
import { caught } from '../report.ts';
import { recordRef } from './give-back.ts';
import { keepOwned } from './keep-alive.ts';
import { leaseNext } from './next.ts';
import { retire } from './retire.ts';
import { nothingLearned } from './turn.ts';

/** A store that still lacks an object which the API server has will soon be told. */
const STALE_STORE_MS = 5_000;
/** Unless its kind is not in view at all: that takes a person. */
const OUT_OF_SIGHT_MS = 60_000;

export async function reconcileGone(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  deps.strays.delete(keyOf(ref));
  deps.rotations.delete(keyOf(ref));
  const next = () => deps.book.ofOwner(ref).find(({ state }) => state !== 'retiring');
  for (let left = next(); left; left = next()) {
    const { revision, owner } = left;
    const doubt = await doubtOf(deps, ref, owner.uid, context);
    if (doubt) return keepInDoubt(deps, owner, doubt, context);
    const retiring = { revision, why: 'owner-gone', successor: '', targets: [] } as const;
    await retire(deps, retiring, context.signal);
  }
  wakeReplaced(deps, ref);
  return { kind: 'settled' };
}

/** They wait for pods to run with a successor that goes as well. */
function wakeReplaced(deps: Deps, ref: Ref): void {
  for (const { revision, retirement } of deps.book.ofOwner(ref))
    if (retirement?.why === 'replaced') deps.wake(recordRef(deps, revision), 'refresh');
}

/** Undefined when it is certainly gone. */
async function doubtOf(
  deps: Deps,
  ref: Ref,
  uid: string,
  context: ReconcileContext,
): Promise<Outcome | undefined> {
  try {
    if ((await deps.objects.exists(ref, uid, context.signal)) === 'gone') return undefined;
    const isHidden = deps.store.outOfSight(ref.kind, ref.namespace) !== undefined;
    const lookMs = isHidden ? OUT_OF_SIGHT_MS : STALE_STORE_MS;
    return { kind: 'settled', nextAt: deps.clock.now() + lookMs };
  } catch (thrown) {
    return { kind: 'failed', fault: caught(thrown, context) };
  }
}

/** What hinders a renewal counts for more than what hinders the look. */
async function keepInDoubt(
  deps: Deps,
  owner: Ref & { readonly uid: string },
  doubt: Outcome,
  context: ReconcileContext,
): Promise<Outcome> {
  const kept = await keepOwned({ deps, learned: nothingLearned(), context }, owner);
  const instants = [doubt.nextAt, kept.nextAt].filter((at) => at !== undefined);
  const nextAt = instants.length > 0 ? Math.min(...instants) : undefined;
  const next = leaseNext({ nextAt, endsAt: kept.endsAt });
  return kept.fault ? { kind: 'failed', fault: kept.fault, ...next } : { ...doubt, ...next };
}
