/**
 * Objects whose records are encrypted and not decrypted yet. They wait: their credentials are neither renewed nor
 * replaced, as nothing is known of the tokens. Silent until decrypting failed once: at a start it takes a moment.
 */
import type { KindName, ObjectOf } from '../../api/kinds.ts';
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import { credentialEndsAt } from '../../ledger/record.ts';
import { waiting } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import { STARTING } from '../access/connections.ts';
import type { Deps } from '../deps.ts';
import { checked, ownerOf } from '../load.ts';
import type { StoredObject } from '../ports.ts';

/** Throws what is wrong with the object, and while a record of it is locked. */
export function unlocked<Kind extends KindName>(
  deps: Deps,
  kind: Kind,
  stored: StoredObject,
): ObjectOf<Kind> {
  const object = checked(kind, stored);
  refuseLocked(deps, ownerOf(stored));
  return object;
}

/** When the credential in use ends at the latest known instant; undefined without a locked record. */
export function lockedEndsAt({ book }: Deps, stored: StoredObject): number | undefined {
  const records = book.locked.ofOwner(ownerOf(stored)).filter(({ state }) => state === 'current');
  const status: VaultDynamicSecret['status'] = Object(stored.status);
  const [renewedAt, tokenAt] = [status?.lastRenewalTime ?? 0, status?.tokenRenewalTime ?? 0];
  const ends = records.map(({ lease, token, ...record }) =>
    credentialEndsAt({
      ...record,
      token: { ...token, askedAt: Math.max(token.askedAt, tokenAt * 1000) },
      ...(lease && { lease: { ...lease, askedAt: Math.max(lease.askedAt, renewedAt * 1000) } }),
    }),
  );
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

function refuseLocked({ book }: Deps, ref: Ref): void {
  const { because } = book.locked;
  const [record] = book.locked.ofOwner(ref);
  if (!record) return;
  if (!because) throw waiting(STARTING, 'the lease record is not decrypted yet');
  throw waiting(
    'LedgerLocked',
    `the credential in use can be neither renewed nor replaced until its lease record is decrypted: ${because.message}`,
  );
}
