/** A record as a Secret of the operator's namespace: its name, and the labels by which it is found. */
import type { NewRecord } from './ports.ts';
import { encodeRecord, type LedgerRecord } from './record.ts';

/** Labels by which the records are listed, and by which a person finds those of one object. */
export const RECORD_LABELS = {
  'app.kubernetes.io/managed-by': 'vault-lease-operator',
  'app.kubernetes.io/component': 'lease-ledger',
} as const;

export const STATE_LABEL = 'vault-lease-operator/state';
export const OWNER_LABEL = 'vault-lease-operator/owner-uid';

export function recordSecret(record: LedgerRecord): NewRecord {
  return {
    name: `vault-lease-${record.revision}`,
    labels: {
      ...RECORD_LABELS,
      [STATE_LABEL]: record.state,
      [OWNER_LABEL]: record.owner.uid,
    },
    data: encodeRecord(record),
  };
}
