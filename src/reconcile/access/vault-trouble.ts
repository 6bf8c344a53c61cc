/**
 * What a consumer's failure says of the Vault itself: its VaultConnection looks at once, instead of at its next probe,
 * so that a rotated CA or client certificate is read and the trouble is told where a person looks for it. One that knows of trouble already
 * probes at a pace of its own.
 */
import type { Reason } from '../../api/reasons.ts';
import type { VaultIdentity } from '../../api/vault-exchange.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../ports.ts';
import { identityOf } from './identity.ts';

const TROUBLES: ReadonlySet<string> = new Set<Reason>([
  'VaultUnreachable',
  'VaultNameNotResolved',
  'VaultTLSFailed',
  'VaultTimeout',
  'VaultSealed',
  'VaultUninitialized',
]);
const CONSUMERS: ReadonlySet<string> = new Set([
  'VaultStaticSecret',
  'VaultDynamicSecret',
  'VaultPKISecret',
]);

export function passOnTrouble(deps: Deps, stored: StoredObject, fault: Fault): void {
  if (!CONSUMERS.has(stored.kind)) return;
  if (fault.kind !== 'denied' && !TROUBLES.has(fault.reason)) return;
  const identity = resolved(deps, stored);
  if (!identity || !isOfConnection(fault, identity)) return;
  const [namespace = '', name = ''] = identity.connectionName.split('/');
  const ref = { kind: 'VaultConnection', namespace, name };
  const connection = deps.store.get(ref);
  if (connection && isReady(connection)) deps.wake(ref, 'first');
}

/** What Vault denies may be a client certificate that was replaced in the cluster meanwhile. */
function isOfConnection({ reason }: Fault, { endpoint }: VaultIdentity): boolean {
  return TROUBLES.has(reason) || endpoint.client !== undefined;
}

/** By its last word on itself. */
export function isReady({ status }: StoredObject): boolean {
  const conditions: readonly { type: string; status: string }[] = Object(status).conditions ?? [];
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

/** Undefined when the references changed while Vault was asked. */
function resolved(deps: Deps, { metadata, spec }: StoredObject): VaultIdentity | undefined {
  try {
    return identityOf(deps, { metadata, spec: Object(spec) });
  } catch {
    return undefined;
  }
}
