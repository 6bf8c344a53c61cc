/**
 * A dynamic path whose answers carry no lease: read like a static secret, under the shared token of its identity,
 * every `refreshAfter`. That a path is such a one is remembered from its first answer.
 */

import { parseDuration } from '../api/duration.ts';
import type { VaultDynamicSecret } from '../api/vault-dynamic-secret.ts';
import type { DynamicPlan } from '../plan/dynamic-secret.ts';
import { renderSecret } from '../plan/render.ts';
import { handledRequests } from '../plan/requests.ts';
import { absenceFault, judgePlain } from '../plan/source-state.ts';
import { summariseSync } from '../plan/status.ts';
import type { Outcome } from '../runtime/controller.ts';
import { type Fault, FaultError } from '../runtime/fault.ts';
import { refreshHorizonMs, spreadOf } from '../runtime/spread.ts';
import { retireRecord } from './dynamic-retire.ts';
import { originOf, type Turn } from './dynamic-turn.ts';
import { type PlainResult, syncEvents, syncPlainData } from './plain-data.ts';
import type { StoredObject } from './ports.ts';
import { caught, finish } from './report.ts';
import { restartFacts } from './restart-facts.ts';
import { isRestartPending, targetsOf } from './targets.ts';

/** Nothing is issued where the answer is known to have no lease: by memory, or by the status of this very generation. */
export function isUnleased({ deps, situation }: Turn, plan: DynamicPlan): boolean {
  const { origin, object } = situation;
  if (plan.kind !== 'issue' || !('digest' in origin)) return false;
  return deps.unleased.get(origin.digest) ?? wasUnleased(object);
}

function wasUnleased({ status, metadata }: VaultDynamicSecret): boolean {
  return (
    Boolean(status?.secretMAC) &&
    !status?.secretLease?.id &&
    status?.lastGeneration === metadata.generation
  );
}

/** Undefined when the path has begun to lease, so that the ledger must go on with it. */
export async function reconcileUnleased(
  stored: StoredObject,
  turn: Turn,
): Promise<Outcome | undefined> {
  let fault: Fault | undefined;
  let result: PlainResult | undefined;
  try {
    const synced = await sync(turn);
    if (synced === 'leased') return undefined;
    result = synced;
    await retireLeased(turn);
    fault = result.restart?.fault;
  } catch (thrown) {
    fault = caught(thrown, turn.context);
  }
  return report(stored, turn, result, fault);
}

async function report(
  stored: StoredObject,
  turn: Turn,
  result: PlainResult | undefined,
  fault: Fault | undefined,
): Promise<Outcome> {
  const { deps, situation, context } = turn;
  const { object } = situation;
  const outcome = result?.change === 'none' ? 'unchanged' : 'written';
  context.observer.count('vault_lease_operator_syncs_total', {
    kind: stored.kind,
    result: fault ? 'failed' : outcome,
  });
  const summary = summariseSync({
    usable: Boolean(result ?? object.status?.secretMAC),
    synced: result !== undefined,
    fault,
    restart: await restartFacts(deps, object, result?.restart, context.signal),
    renewal: { kind: 'none' },
    giveBack: { kind: 'none' },
  });
  const fields = result && !fault ? fieldsOf(object, result) : {};
  const events = result ? syncEvents(result) : [];
  return finish(deps, { stored, fault, summary, fields, events }, nextOf(turn), context);
}

async function sync(turn: Turn): Promise<PlainResult | 'leased'> {
  const { deps, situation, context } = turn;
  const { object, owner } = situation;
  const { identity, request, digest } = originOf(turn);
  const answer = await deps.reads.read(identity, request, context.signal);
  if (answer.leaseId !== '') {
    // This lease goes with the shared token; the next one is issued under a token of its own.
    deps.reads.undo(identity);
    deps.unleased.set(digest, false);
    return 'leased';
  }
  const state = judgePlain(answer);
  if (state.kind !== 'present') throw new FaultError(absenceFault(state.kind, request.path));
  const { destination } = object.spec;
  const excludeRaw = deps.settings.excludeRaw || Boolean(destination.transformation?.excludeRaw);
  return syncPlainData(
    deps,
    {
      owner,
      destination,
      targets: targetsOf(object),
      data: renderSecret(state.source, { excludeRaw }),
      doneMac: object.status?.secretMAC ?? leasedMac(turn),
      keepsMac: true,
      restartPending: isRestartPending(object),
    },
    context,
  );
}

/** Of a leased credential that this data takes the place of: what the pods hold. */
function leasedMac({ situation }: Turn): string | undefined {
  const { object, secret } = situation;
  const id = object.status?.secretLease?.id;
  return id ? (secret?.mac ?? id) : undefined;
}

/** What was leased before, once the Secret holds something else. */
async function retireLeased(turn: Turn): Promise<void> {
  const { deps, situation } = turn;
  for (const { state, revision } of deps.book.ofOwner(situation.owner)) {
    if (state === 'current') await retireRecord(turn, revision, 'replaced', '');
    if (state === 'pending') await retireRecord(turn, revision, 'unused', '');
  }
}

function fieldsOf(object: VaultDynamicSecret, { secretMAC }: PlainResult) {
  return {
    ...(secretMAC !== undefined && { secretMAC: secretMAC ?? undefined }),
    secretLease: { id: '', duration: 0, renewable: false, requestID: '' },
    revision: undefined,
    restartedRevision: undefined,
    lastGeneration: object.metadata.generation,
    ...handledRequests(object),
  };
}

/** Without refreshAfter it is read once, as with VSO. */
function nextOf({ deps, situation }: Turn): { nextAt?: number } {
  const { refreshAfter } = situation.object.spec;
  const periodMs = refreshAfter ? parseDuration(refreshAfter) : 0;
  if (periodMs === 0) return {};
  const now = deps.clock.now();
  return { nextAt: now + refreshHorizonMs(periodMs, spreadOf(`${situation.owner.uid}@${now}`)) };
}
