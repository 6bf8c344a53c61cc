/** Records and a book as tests of the ledger begin with them. */
import assert from 'node:assert/strict';
import { seal } from '../../runtime/sealed.ts';
import { Book } from '../book.ts';
import type { RecordStore } from '../ports.ts';
import type { LedgerRecord } from '../record.ts';

export const LEASE = { id: 'l', askedAt: 0, ttlMs: 1, fullTtlMs: 1, renewable: true };

/** A pending one of the cluster "here"; its token says whose it is. */
export function recordOf(revision: string, over: Partial<LedgerRecord> = {}): LedgerRecord {
  return {
    revision,
    state: 'pending',
    cluster: 'here',
    holder: 'me',
    owner: { kind: 'VaultDynamicSecret', namespace: 'apps', name: 'db', uid: 'u' },
    destination: 'db',
    sourceDigest: 'd',
    restarts: false,
    repair: false,
    createdAt: 0,
    endpoint: { address: 'https://vault', skipVerify: false, headers: {}, timeoutMs: 1 },
    tokenNamespace: '',
    leaseNamespace: '',
    token: {
      accessor: 'a',
      type: 'service',
      renewable: true,
      defaultPolicy: true,
      loginTtlMs: 1,
      askedAt: 0,
      ttlMs: 1,
      capped: false,
    },
    secretToken: seal(`token-of-${revision}`),
    ...over,
  };
}

/** Of plain tokens. */
export function bookOf(store: RecordStore, clock = { now: () => 0 }): Book {
  const unused = () => assert.fail('tokens are plain here');
  const cipher = { encrypt: unused, decrypt: unused };
  return new Book({ store, cluster: 'here', clock, cipher, form: 'plain' });
}
