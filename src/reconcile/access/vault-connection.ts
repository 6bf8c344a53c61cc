/**
 * The story of a VaultConnection: check it, read its CA, make it known, ask Vault how it is, and wake those who wait
 * for it. Looked at now and again, so that a rotated CA is picked up and a Vault that comes back is noticed.
 */
import type { VaultConnection } from '../../api/vault-connection.ts';
import type { ClientCertificate, VaultEndpoint, VaultHealth } from '../../api/vault-exchange.ts';
import { CA_KEY, type CaSource, checkCa, checkConnection } from '../../plan/identity/connection.ts';
import { summariseConnection } from '../../plan/identity/connection-status.ts';
import { connectionFindings, refuseFindings, warningOf } from '../../plan/identity/hardening.ts';
import { nameOf } from '../../plan/identity/references.ts';
import type { Outcome, ReconcileContext } from '../../runtime/controller.ts';
import { type Fault, FaultError } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import { around, spreadOf } from '../../runtime/spread.ts';
import { dependantsOf } from '../dependants.ts';
import type { Deps } from '../deps.ts';
import { checked } from '../load.ts';
import type { StoredObject } from '../ports.ts';
import { caught, finish } from '../report.ts';
import { isReady } from './vault-trouble.ts';

/** How often a healthy Vault is asked, and how soon a rotated CA is seen. */
const PROBE_MS = 60_000;

export async function reconcileConnection(
  deps: Deps,
  ref: Ref,
  context: ReconcileContext,
): Promise<Outcome> {
  const stored = deps.store.get(ref);
  if (!stored) {
    deps.connections.drop(ref);
    forgetLogins(deps, ref);
    wakeDependants(deps, ref);
    return { kind: 'settled' };
  }
  const wasReady = isReady(stored);
  const findings = await look(deps, ref, stored, context);
  if (!findings.fault && !wasReady && !findings.isNews) wakeDependants(deps, ref);
  return conclude(deps, stored, findings, context);
}

interface Findings {
  /** The specification and its CA are good. */
  readonly isValid: boolean;
  /** Dependants were woken for it: once is enough, as some of them make a credential each time. */
  readonly isNews: boolean;
  readonly fault: Fault | undefined;
}

async function look(
  deps: Deps,
  ref: Ref,
  stored: StoredObject,
  context: ReconcileContext,
): Promise<Findings> {
  let isValid = false;
  let isNews = false;
  try {
    const endpoint = await endpointOf(deps, checked('VaultConnection', stored), context.signal);
    isValid = true;
    isNews = makeKnown(deps, ref, stored, endpoint);
    refuseUnfit(await deps.probes.health(endpoint, context.signal));
    return { isValid, isNews, fault: undefined };
  } catch (thrown) {
    const fault = caught(thrown, context);
    if (!isValid && !isKept(deps, ref, stored, fault)) makeKnown(deps, ref, stored, undefined);
    return { isValid, isNews, fault };
  }
}

/** A CA that could not be read for once is still the CA that it was. */
function isKept(deps: Deps, ref: Ref, { metadata }: StoredObject, { kind }: Fault): boolean {
  const { uid, generation } = deps.connections.get(ref) ?? {};
  const isSame = uid === metadata.uid && generation === metadata.generation;
  return isSame && kind !== 'refused' && kind !== 'waiting';
}

async function endpointOf(
  deps: Deps,
  { metadata, spec }: VaultConnection,
  signal: AbortSignal,
): Promise<VaultEndpoint> {
  refuseFindings(connectionFindings(spec, deps.settings.hardening));
  const { endpoint, ca, clientSecret } = checkConnection(spec);
  const { namespace } = metadata;
  const caPem =
    ca.kind === 'system' ? undefined : checkCa(ca, await readCa(deps, namespace, ca, signal));
  const client = clientSecret && (await clientOf(deps, namespace, clientSecret, signal));
  return {
    ...endpoint,
    connection: nameOf(metadata),
    ...(caPem !== undefined && { caPem }),
    ...(client && { client }),
  };
}

/** Only named in the endpoint: the ledger's records keep that, and no key. */
async function clientOf(
  deps: Deps,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ClientCertificate> {
  const of = { namespace, name };
  return { ...of, digest: await deps.clientCertificates.look(of, signal) };
}

async function readCa(
  deps: Deps,
  namespace: string,
  ca: Exclude<CaSource, { kind: 'system' }>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (ca.kind === 'file') return deps.files.read(ca.path);
  const content = await deps.secrets.read(namespace, ca.name, signal);
  if (!content) return undefined;
  return Buffer.from(content.data.open()[CA_KEY] ?? '', 'base64').toString();
}

function makeKnown(
  deps: Deps,
  ref: Ref,
  { metadata }: StoredObject,
  endpoint: VaultEndpoint | undefined,
): boolean {
  const { uid, generation } = metadata;
  const isNews = deps.connections.put(ref, { uid, generation, ...(endpoint && { endpoint }) });
  if (!isNews) return false;
  forgetLogins(deps, ref);
  wakeDependants(deps, ref);
  return true;
}

/** Their tokens go back to the Vault that gave them. */
function forgetLogins(deps: Deps, ref: Ref): void {
  deps.reads.forget(({ connectionName }) => connectionName === nameOf(ref));
}

/** A standby is fit: it forwards requests to the active node. */
function refuseUnfit(health: VaultHealth): void {
  if (health === 'sealed')
    throw new FaultError({
      kind: 'throttled',
      reason: 'VaultSealed',
      message: 'Vault is sealed; unseal it',
    });
  if (health === 'uninitialized')
    throw new FaultError({
      kind: 'throttled',
      reason: 'VaultUninitialized',
      message: 'Vault is not initialised; initialise it',
    });
}

async function conclude(
  deps: Deps,
  stored: StoredObject,
  { isValid, fault }: Findings,
  context: ReconcileContext,
): Promise<Outcome> {
  const findings = connectionFindings(Object(stored.spec), deps.settings.hardening);
  const summary = summariseConnection({ isValid, fault, warning: warningOf(findings) });
  const fields = { valid: fault === undefined };
  const nextAt = deps.clock.now() + around(PROBE_MS, 0.1, spreadOf(stored.metadata.uid));
  return finish(deps, { stored, fault, summary, fields, events: [] }, { nextAt }, context);
}

function wakeDependants(deps: Deps, ref: Ref): void {
  for (const dependant of dependantsOf(deps.store, ref, deps.settings.operatorNamespace))
    deps.wake(dependant, 'first');
}
