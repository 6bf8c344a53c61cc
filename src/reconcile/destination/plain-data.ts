/**
 * Data without a lease, from Vault to the Secret and on to the workloads: the common path of static secrets and of
 * dynamic paths that turn out to have none. Order: Secret, restarts, and last the MAC in the status, as the mark that
 * all of it is done.
 */

import type { Destination } from '../../api/shared.ts';
import type { Target } from '../../plan/rollout.ts';
import { planDestination } from '../../plan/secret/destination.ts';
import { contentRevision, type MacKey, secretMac } from '../../plan/secret/mac.ts';
import type { Owner, SecretData, SecretDigest } from '../../plan/secret/secret.ts';
import { credentialIn, credentialMark, isDone } from '../../plan/static/static-role.ts';
import { planStatic } from '../../plan/static/static-secret.ts';
import type { EventText } from '../../plan/status/transition.ts';
import type { ReconcileContext } from '../../runtime/controller.ts';
import type { Sealed } from '../../runtime/sealed.ts';
import type { Deps } from '../deps.ts';
import {
  type DestinationOutcome,
  removeLeftovers,
  syncDestination,
  type Wish,
} from './destination.ts';
import { type RestartResult, restartEvents, restartTargets } from './restarts.ts';

export interface PlainSync {
  readonly owner: Owner;
  readonly destination: Destination;
  readonly targets: readonly Target[];
  readonly data: Sealed<SecretData>;
  /** Of a static role: only the credential in it counts, and what moves beside it is written along with a change. */
  readonly isStaticRole?: boolean;
  /** status.secretMAC. */
  readonly doneMac: string | undefined;
  readonly keepsMac: boolean;
  /** An earlier restart left targets behind. */
  readonly restartPending: boolean;
}

export interface PlainResult {
  readonly change: DestinationOutcome['change'];
  readonly restart: RestartResult | undefined;
  /** The data is another than what was synced last. */
  readonly isNews: boolean;
  /** What status.secretMAC shall be; null removes it; undefined while restarts are not done. */
  readonly secretMAC: string | null | undefined;
}

/** Throws the destination's fault; a restart's fault is in the result, because the Secret is good by then. */
export async function syncPlainData(
  deps: Deps,
  sync: PlainSync,
  context: ReconcileContext,
): Promise<PlainResult> {
  const { owner, destination } = sync;
  const wishOver = (existing: SecretDigest | undefined): Wish =>
    wishOf(deps.hmacKey, sync, existing);
  const { change } = await syncDestination(deps, sync, wishOver, context.signal);
  await removeLeftovers(deps, owner, destination.name, context.signal);
  const content = countingData(sync);
  const mac = secretMac(deps.hmacKey, content);
  const plan = planStatic({
    mac,
    doneMac: doneMacOf(deps.hmacKey, sync, mac),
    keepsMac: sync.keepsMac,
  });
  const restart = plan.restart ? await restartWith(deps, sync, context) : undefined;
  const secretMAC = restart?.fault ? undefined : plan.secretMAC;
  return { change, restart, isNews: plan.restart, secretMAC };
}

/** What restarts workloads when it changes. */
function countingData({ data, isStaticRole }: PlainSync): SecretData {
  return isStaticRole ? credentialIn(data.open()) : data.open();
}

function doneMacOf(key: MacKey, { data, doneMac, isStaticRole }: PlainSync, mac: string) {
  return isStaticRole && isDone(key, doneMac, data.open()) ? mac : doneMac;
}

function wishOf(key: MacKey, sync: PlainSync, existing: SecretDigest | undefined): Wish {
  const { owner, destination, data, isStaticRole } = sync;
  const mac = secretMac(key, data.open());
  if (!isStaticRole) return { owner, destination, data, mac, marks: {} };
  const markOver = (there: string) =>
    credentialMark(key, { uid: owner.uid, mac: there, data: data.open() });
  const asItIs = existing && { mac: existing.mac, marks: markOver(existing.mac) };
  const isKept =
    asItIs && planDestination({ owner, destination, existing, ...asItIs }).kind === 'keep';
  return { owner, destination, data, ...(isKept ? asItIs : { mac, marks: markOver(mac) }) };
}

async function restartWith(
  deps: Deps,
  sync: PlainSync,
  context: ReconcileContext,
): Promise<RestartResult> {
  const { owner, targets, restartPending } = sync;
  const revision = contentRevision(deps.hmacKey, countingData(sync));
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
