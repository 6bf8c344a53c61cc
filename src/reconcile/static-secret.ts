/**
 * The story of a VaultStaticSecret: read, render, write the Secret if it differs, restart if the data changed, and
 * look again in a while. An unchanged refresh is one Vault read and no Kubernetes call. What is no data in Vault
 * (missing, deleted, destroyed, empty) never shrinks a Secret that is good.
 */
import { parseDuration } from '../api/duration.ts';
import type { VaultStaticSecret } from '../api/vault-static-secret.ts';
import { handledRequests } from '../plan/requests.ts';
import { renderSecret } from '../plan/secret/render.ts';
import { staticRequest } from '../plan/secret/request.ts';
import { absenceFault, judgeKv2, judgePlain, type Source } from '../plan/secret/source-state.ts';
import { summariseSync } from '../plan/status/status.ts';
import type { Outcome, ReconcileContext } from '../runtime/controller.ts';
import { type Fault, FaultError } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import { refreshHorizonMs, spreadOf } from '../runtime/spread.ts';
import { identityOf } from './access/identity.ts';
import type { Deps } from './deps.ts';
import { type PlainResult, syncEvents, syncPlainData } from './destination/plain-data.ts';
import { restartFacts } from './destination/restart-facts.ts';
import { isRestartPending, targetsOf } from './destination/targets.ts';
import { checked, ownerOf } from './load.ts';
import type { StoredObject } from './ports.ts';
import { caught, finish } from './report.ts';

/** VSO's period when none is given and changes can be told by a MAC. */
const DEFAULT_PERIOD_MS = 60_000;

export async function reconcileStatic(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) return { kind: 'settled' };
  try {
    const object = checked('VaultStaticSecret', stored);
    return await reconcileChecked(deps, object, stored, context);
  } catch (thrown) {
    const fault = caught(thrown, context);
    const summary = summariseSync({ usable: false, synced: false, fault });
    return finish(deps, { stored, fault, summary, fields: {}, events: [] }, {}, context);
  }
}

async function reconcileChecked(
  deps: Deps,
  object: VaultStaticSecret,
  stored: StoredObject,
  context: ReconcileContext,
): Promise<Outcome> {
  let fault: Fault | undefined;
  let result: PlainResult | undefined;
  try {
    result = await sync(deps, object, context);
    fault = result.restart?.fault;
  } catch (thrown) {
    fault = caught(thrown, context);
  }
  count(context, result, fault);
  const summary = summariseSync({
    usable: Boolean(result) || keepsItsPromise(deps, object, fault),
    synced: result !== undefined,
    fault,
    restart: result && (await restartFacts(deps, object, result.restart, context.signal)),
  });
  const fields = result && !fault ? fieldsOf(object, result) : {};
  const events = result ? syncEvents(result) : [];
  return finish(deps, { stored, fault, summary, fields, events }, nextOf(deps, object), context);
}

async function sync(
  deps: Deps,
  object: VaultStaticSecret,
  context: ReconcileContext,
): Promise<PlainResult> {
  const { spec, status } = object;
  const source = await readSource(deps, object, context.signal);
  const excludeRaw =
    deps.settings.excludeRaw || Boolean(spec.destination.transformation?.excludeRaw);
  return syncPlainData(
    deps,
    {
      owner: ownerOf(object),
      destination: spec.destination,
      targets: targetsOf(object),
      data: renderSecret(source, { excludeRaw }),
      doneMac: status?.secretMAC,
      keepsMac: spec.hmacSecretData,
      restartPending: isRestartPending(object),
    },
    context,
  );
}

async function readSource(
  deps: Deps,
  object: VaultStaticSecret,
  signal: AbortSignal,
): Promise<Source> {
  const { spec } = object;
  const identity = identityOf(deps, object);
  const request = staticRequest(identity, spec);
  const answer = await deps.reads.read(identity, request, signal);
  const state = spec.type === 'kv-v2' ? judgeKv2(answer) : judgePlain(answer);
  if (state.kind === 'present') return state.source;
  throw new FaultError(absenceFault(state.kind, `${spec.mount}/${spec.path}`));
}

/**
 * Vault being away leaves the last data as good as it was; a source or a destination that is no more does not, nor does
 * a Secret that was edited or deleted meanwhile. One that is lent to us is not watched, and taken to be as we left it.
 */
function keepsItsPromise(
  deps: Deps,
  { metadata, spec, status }: VaultStaticSecret,
  fault: Fault | undefined,
): boolean {
  if (/^(Source|Destination)/.test(fault?.reason ?? '') || !status?.lastGeneration) return false;
  if (!spec.destination.create) return true;
  const secret = deps.secrets.watched(metadata.namespace, spec.destination.name);
  return secret !== undefined && secret.mac === (status.secretMAC ?? secret.mac);
}

function count(
  { observer }: ReconcileContext,
  result: PlainResult | undefined,
  fault: Fault | undefined,
): void {
  const outcome = result?.change === 'none' ? 'unchanged' : 'written';
  observer.count('vault_lease_operator_syncs_total', {
    kind: 'VaultStaticSecret',
    result: fault ? 'failed' : outcome,
  });
}

function fieldsOf(object: VaultStaticSecret, { secretMAC }: PlainResult) {
  return {
    lastGeneration: object.metadata.generation,
    ...handledRequests(object),
    ...(secretMAC !== undefined && { secretMAC: secretMAC ?? undefined }),
  };
}

/** Without a MAC and without refreshAfter a secret is read once, as with VSO. */
function nextOf(deps: Deps, { spec, metadata }: VaultStaticSecret): { nextAt?: number } {
  const given = spec.refreshAfter ? parseDuration(spec.refreshAfter) : 0;
  const periodMs = given || (spec.hmacSecretData ? DEFAULT_PERIOD_MS : 0);
  if (periodMs === 0) return {};
  const now = deps.clock.now();
  return { nextAt: now + refreshHorizonMs(periodMs, spreadOf(`${metadata.uid}@${now}`)) };
}
