/**
 * A dynamic path whose answers carry no lease: read like a static secret, under the shared token of its identity,
 * every `refreshAfter`, and that of a static role also when its rotation is due. That a path is such a one is
 * remembered from its first answer, or claimed by `allowStaticCreds`.
 */

import { parseDuration } from '../../api/duration.ts';
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import type { CredentialPlan } from '../../plan/credential/next-act.ts';
import { handledRequests } from '../../plan/requests.ts';
import { renderSecret } from '../../plan/secret/render.ts';
import { absenceFault, judgePlain } from '../../plan/secret/source-state.ts';
import type { Rotation } from '../../plan/static/static-role.ts';
import { summariseSync } from '../../plan/status/status.ts';
import type { EventText } from '../../plan/status/transition.ts';
import type { Outcome } from '../../runtime/controller.ts';
import { type Fault, FaultError } from '../../runtime/fault.ts';
import { keyOf } from '../../runtime/ref.ts';
import { refreshHorizonMs, spreadOf } from '../../runtime/spread.ts';
import { retireRecord } from '../credential/retire.ts';
import { originOf } from '../credential/turn.ts';
import { type PlainResult, syncEvents, syncPlainData } from '../destination/plain-data.ts';
import { restartFacts } from '../destination/restart-facts.ts';
import { isRestartPending, targetsOf } from '../destination/targets.ts';
import { caught, finish } from '../report.ts';
import { followRotation, nextLook, rotationStatus } from './static-role.ts';
import type { LeasedSituation, LeasedTurn } from './turn.ts';

/** Nothing is issued where the answer is known to have no lease: by memory, by the status, or by the specification. */
export function isUnleased({ deps, situation }: LeasedTurn, plan: CredentialPlan): boolean {
  const { origin, object } = situation;
  if (plan.kind !== 'issue' || !('digest' in origin)) return false;
  return deps.unleased.get(origin.digest) ?? isSaidToBe(object);
}

/** What leased before is read under the ledger until an answer says otherwise. */
function isSaidToBe({ spec, status, metadata }: VaultDynamicSecret): boolean {
  if (status?.secretLease?.id) return false;
  const wasUnleased = Boolean(status?.secretMAC) && status?.lastGeneration === metadata.generation;
  return spec.allowStaticCreds === true || wasUnleased;
}

interface Synced extends PlainResult {
  readonly rotation: Rotation | undefined;
}

/** Undefined when the path has begun to lease, so that the ledger must go on with it. */
export async function reconcileUnleased(turn: LeasedTurn): Promise<Outcome | undefined> {
  let fault: Fault | undefined;
  let result: Synced | undefined;
  try {
    const synced = await sync(turn);
    if (synced === 'leased') return undefined;
    result = synced;
    await retireLeased(turn);
    fault = result.restart?.fault;
  } catch (thrown) {
    fault = caught(thrown, turn.context);
  }
  return report(turn, result, fault);
}

async function report(
  turn: LeasedTurn,
  result: Synced | undefined,
  fault: Fault | undefined,
): Promise<Outcome> {
  const { deps, stored, situation, context } = turn;
  const { object } = situation;
  const outcome = result?.change === 'none' ? 'unchanged' : 'written';
  context.observer.count('vault_lease_operator_syncs_total', {
    kind: stored.kind,
    result: fault ? 'failed' : outcome,
  });
  const summary = summariseSync({
    usable: result !== undefined || keepsItsPromise(situation, fault),
    synced: result !== undefined,
    fault,
    restart: await restartFacts(deps, object, result?.restart, context.signal),
    renewal: { kind: 'none' },
    giveBack: { kind: 'none' },
  });
  const fields = result && !fault ? fieldsOf(object, result) : {};
  const events = result ? eventsOf(turn, result) : [];
  const next = nextLook(turn, fault !== undefined) ?? nextOf(turn);
  return finish(deps, { stored, fault, summary, fields, events }, next, context);
}

/** Vault being away leaves the last data as good as it was; a source or destination that is no more does not. */
function keepsItsPromise({ object, secret }: LeasedSituation, fault: Fault | undefined): boolean {
  const isLost = /^(Source|Destination)/.test(fault?.reason ?? '');
  return !isLost && secret !== undefined && Boolean(object.status?.secretMAC);
}

async function sync(turn: LeasedTurn): Promise<Synced | 'leased'> {
  const { deps, situation, context } = turn;
  const { object, owner } = situation;
  const { identity, request, digest } = originOf(turn);
  const answer = await deps.reads.read(identity, request, context.signal);
  if (answer.leaseId !== '') {
    // The next one is issued under the ledger.
    deps.reads.undo(identity, request.namespace, answer.leaseId);
    deps.unleased.set(digest, false);
    deps.rotations.delete(keyOf(owner));
    if (object.spec.allowStaticCreds)
      tell(turn, notStatic('carries a lease, and is kept alive by it'));
    return 'leased';
  }
  const state = judgePlain(answer);
  if (state.kind !== 'present') throw new FaultError(absenceFault(state.kind, request.path));
  const rotation = followRotation(turn, answer);
  const { destination } = object.spec;
  const excludeRaw = deps.settings.excludeRaw || Boolean(destination.transformation?.excludeRaw);
  const result = await syncPlainData(
    deps,
    {
      owner,
      destination,
      targets: targetsOf(object),
      data: renderSecret(state.source, { excludeRaw }),
      isStaticRole: rotation !== undefined,
      doneMac: object.status?.secretMAC ?? leasedMac(turn),
      keepsMac: true,
      restartPending: isRestartPending(object),
    },
    context,
  );
  return { ...result, rotation };
}

function eventsOf({ situation }: LeasedTurn, result: Synced): EventText[] {
  const { allowStaticCreds } = situation.object.spec;
  const events = syncEvents(result);
  if (result.rotation && result.isNews) return [ROTATED, ...events.filter(isNoSync)];
  const isMistaken = allowStaticCreds && !result.rotation && result.change === 'created';
  return isMistaken ? [...events, notStatic('says nothing of a rotation')] : events;
}

const ROTATED: EventText = {
  type: 'Normal',
  reason: 'SecretRotated',
  message: 'Vault rotated the credential of the static role, and the Secret follows',
};

function isNoSync({ reason }: EventText): boolean {
  return reason !== 'SecretSynced';
}

function notStatic(because: string): EventText {
  const message = `spec.allowStaticCreds is set, but the answer ${because}; name the path of a static role, such as static-creds/ROLE, or remove the field`;
  return { type: 'Warning', reason: 'NotAStaticRole', message };
}

function tell({ deps, situation }: LeasedTurn, event: EventText): void {
  deps.events.emit({ about: situation.owner, ...event });
}

/** Of a leased credential that this data takes the place of: what the pods hold. */
function leasedMac({ situation }: LeasedTurn): string | undefined {
  const { object, secret } = situation;
  const id = object.status?.secretLease?.id;
  return id ? (secret?.mac ?? id) : undefined;
}

/** What was leased before, once the Secret holds something else. */
async function retireLeased(turn: LeasedTurn): Promise<void> {
  const { deps, situation } = turn;
  for (const { state, revision } of deps.book.ofOwner(situation.owner)) {
    if (state === 'current') await retireRecord(turn, revision, 'replaced', '');
    if (state === 'pending') await retireRecord(turn, revision, 'unused', '');
  }
}

function fieldsOf(object: VaultDynamicSecret, { secretMAC, rotation }: Synced) {
  return {
    ...rotationStatus(object, rotation),
    ...(secretMAC !== undefined && { secretMAC: secretMAC ?? undefined }),
    secretLease: { id: '', duration: 0, renewable: false, requestID: '' },
    revision: undefined,
    restartedRevision: undefined,
    lastGeneration: object.metadata.generation,
    ...handledRequests(object),
  };
}

/** Without refreshAfter it is read once, as with VSO. */
function nextOf({ deps, situation }: LeasedTurn): { nextAt?: number } {
  const { refreshAfter } = situation.object.spec;
  const periodMs = refreshAfter ? parseDuration(refreshAfter) : 0;
  if (periodMs === 0) return {};
  const now = deps.clock.now();
  return { nextAt: now + refreshHorizonMs(periodMs, spreadOf(`${situation.owner.uid}@${now}`)) };
}
