/** When an object with a credential is looked at again, and that this outlives a status which cannot be written. */
import type { Next, Outcome, ReconcileContext } from '../../runtime/controller.ts';
import type { Deps } from '../deps.ts';
import { caught, finish, type Report } from '../report.ts';

type LeaseNext = Next & { readonly retryBefore?: number };

/** `endsAt`: when the credential in place dies, so that no retry sleeps past it. */
export function leaseNext({
  nextAt,
  endsAt,
}: {
  nextAt: number | undefined;
  endsAt: number | undefined;
}): LeaseNext {
  return {
    lane: 'renewal',
    ...(nextAt !== undefined && { nextAt }),
    ...(endsAt !== undefined && { endsAt, retryBefore: endsAt }),
  };
}

/** Renewals first: a lease that cannot be renewed has until its end, a status that cannot be written has not. */
export async function reported(
  deps: Deps,
  report: Report,
  next: LeaseNext,
  context: ReconcileContext,
): Promise<Outcome> {
  try {
    return await finish(deps, report, next, context);
  } catch (thrown) {
    return { kind: 'failed', fault: caught(thrown, context), ...next };
  }
}
