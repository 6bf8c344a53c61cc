/**
 * What a consumer's failure says of the Vault itself: its VaultConnection looks at once, instead of at its next probe,
 * so that a rotated CA is read and the trouble is told where a person looks for it. One that knows of trouble already
 * probes at a pace of its own.
 */
import type { Reason } from '../api/reasons.ts';
import type { Fault } from '../runtime/fault.ts';
import type { Deps } from './deps.ts';
import { identityOf } from './identity.ts';
import type { StoredObject } from './ports.ts';

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
  if (!TROUBLES.has(fault.reason) || !CONSUMERS.has(stored.kind)) return;
  const ref = connectionOf(deps, stored);
  const connection = ref && deps.store.get(ref);
  if (connection && isReady(connection)) deps.wake(ref, 'first');
}

/** By its last word on itself. */
export function isReady({ status }: StoredObject): boolean {
  const conditions: readonly { type: string; status: string }[] = Object(status).conditions ?? [];
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

/** Undefined when the references changed while Vault was asked. */
function connectionOf(deps: Deps, { metadata, spec }: StoredObject) {
  try {
    const { connectionName } = identityOf(deps, { metadata, spec: Object(spec) });
    const [namespace = '', name = ''] = connectionName.split('/');
    return { kind: 'VaultConnection', namespace, name };
  } catch {
    return undefined;
  }
}
