/**
 * Data without a lease, from Vault to the Secret and on to the workloads: the common path of static secrets and of
 * dynamic paths that turn out to have none. Order: Secret, restarts, and last the MAC in the status, as the mark that
 * all of it is done.
 */

import type { Destination } from '../api/shared.ts';
import { contentRevision, secretMac } from '../plan/mac.ts';
import type { Target } from '../plan/rollout.ts';
import type { Owner, SecretData } from '../plan/secret.ts';
import { planStatic } from '../plan/static-secret.ts';
import type { EventText } from '../plan/transition.ts';
import type { ReconcileContext } from '../runtime/controller.ts';
import type { Sealed } from '../runtime/sealed.ts';
import type { Deps } from './deps.ts';
import { type DestinationOutcome, removeLeftovers, syncDestination } from './destination.ts';
import { type RestartResult, restartEvents, restartTargets } from './restarts.ts';

export interface PlainSync {
  readonly owner: Owner;
  readonly destination: Destination;
  readonly targets: readonly Target[];
  readonly data: Sealed<SecretData>;
  /** status.secretMAC. */
  readonly doneMac: string | undefined;
  readonly keepsMac: boolean;
  /** An earlier restart left targets behind. */
  readonly restartPending: boolean;
}

export interface PlainResult {
  readonly change: DestinationOutcome['change'];
  readonly restart: RestartResult | undefined;
  /** What status.secretMAC shall be; null removes it; undefined while restarts are not done. */
  readonly secretMAC: string | null | undefined;
}

/** Throws the destination's fault; a restart's fault is in the result, because the Secret is good by then. */
export async function syncPlainData(
  deps: Deps,
  sync: PlainSync,
  context: ReconcileContext,
): Promise<PlainResult> {
  const { owner, destination, data } = sync;
  const mac = secretMac(deps.hmacKey, data.open());
  const wish = { owner, destination, data, mac, marks: {} };
  const { change } = await syncDestination(deps, wish, context.signal);
  await removeLeftovers(deps, owner, destination.name, context.signal);
  const plan = planStatic({ mac, doneMac: sync.doneMac, keepsMac: sync.keepsMac });
  const restart = plan.restart ? await restartWith(deps, sync, context) : undefined;
  return { change, restart, secretMAC: restart?.fault ? undefined : plan.secretMAC };
}

async function restartWith(
  deps: Deps,
  { owner, targets, data, restartPending }: PlainSync,
  context: ReconcileContext,
): Promise<RestartResult> {
  const revision = contentRevision(deps.hmacKey, data.open());
  const change = { source: owner, revision, wroteAt: deps.clock.now() };
  return restartTargets(deps, targets, change, restartPending, context);
}

/** What a person may want to see of a sync that changed something. */
export function syncEvents({ change, restart }: PlainResult): EventText[] {
  const events: EventText[] = [];
  if (change !== 'none') {
    const message = `the Secret was ${CHANGES[change]}`;
    events.push({ type: 'Normal', reason: 'SecretSynced', message });
  }
  return restart ? [...events, ...restartEvents(restart)] : events;
}

const CHANGES: Readonly<Record<Exclude<DestinationOutcome['change'], 'none'>, string>> = {
  created: 'created',
  data: 'brought up to date',
  metadata: 'given its labels, annotations or owner again',
  adopted: 'taken over',
  recreated: 'made anew with another type',
};
