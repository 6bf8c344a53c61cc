/** When the alerts about objects, leases and certificates fire, and when they stay quiet. */
import { type AlertCase, FIRES, QUIET, STANDBY, series, TARGET } from './alert-case.ts';

const NOT_READY = 'vault_lease_operator_not_ready_since_timestamp_seconds';
const OVERDUE = 'vault_lease_operator_objects_overdue';
const CREDENTIALS = 'vault_lease_operator_credentials';
const RENEWALS = 'vault_lease_operator_renewals_total';
const OLDEST = 'vault_lease_operator_ledger_oldest_timestamp_seconds';
const GIVE_BACKS = 'vault_lease_operator_give_backs_total';

export const SECRET_ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'VaultLeaseOperatorObjectNotReady',
    sentence: 'fires for an object that has not been ready for more than a quarter of an hour',
    given: {
      [series(NOT_READY, 'kind="VaultStaticSecret"')]: '0x30',
      [series(NOT_READY, 'kind="VaultStaticSecret"', STANDBY)]: '0x30',
    },
    after: 17,
    fires: [{ ...TARGET, kind: 'VaultStaticSecret' }],
  },
  {
    alert: 'VaultLeaseOperatorObjectNotReady',
    sentence: 'is quiet while each object gets ready within the time',
    given: { [series(NOT_READY, 'kind="VaultStaticSecret"')]: '0x10 600x9 1200x20' },
    after: 30,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorSecretOverdue',
    sentence: 'fires for a secret of which nothing was heard for long',
    given: {
      [series(OVERDUE, 'kind="VaultStaticSecret"')]: '0 1x20',
      [series(OVERDUE, 'kind="VaultStaticSecret"', STANDBY)]: '0x20',
    },
    after: 12,
    fires: [{ ...TARGET, kind: 'VaultStaticSecret' }],
  },
  {
    alert: 'VaultLeaseOperatorSecretOverdue',
    sentence: 'is quiet about a short outage, and about kinds that hold no secret',
    given: {
      [series(OVERDUE, 'kind="VaultStaticSecret"')]: '0 1x8 0x20',
      [series(OVERDUE, 'kind="VaultConnection"')]: '1x30',
    },
    after: 20,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorCredentialClosing',
    sentence: 'fires for a certificate inside its safety margin',
    given: { [series(CREDENTIALS, 'kind="VaultPKISecret",phase="closing"')]: '0 1x10' },
    after: 3,
    fires: [{ ...TARGET, kind: 'VaultPKISecret' }],
  },
  {
    alert: 'VaultLeaseOperatorCredentialClosing',
    sentence: 'is quiet while one is being replaced, and about the living',
    given: {
      [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="closing"')]: '0 1 0x10',
      [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="living"')]: '9x10',
    },
    after: 3,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorCredentialEnded',
    sentence: 'fires for a lease that has ended',
    given: { [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="ended"')]: '0 2x10' },
    after: 3,
    fires: [{ ...TARGET, kind: 'VaultDynamicSecret' }],
  },
  {
    alert: 'VaultLeaseOperatorCredentialEnded',
    sentence: 'is quiet while all live',
    given: { [series(CREDENTIALS, 'kind="VaultDynamicSecret",phase="ended"')]: '0x10' },
    after: 5,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorRenewalsFail',
    sentence: 'fires when renewals go on failing',
    given: { [series(RENEWALS, 'result="failed"')]: '0+1x40' },
    after: 20,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorRenewalsFail',
    sentence: 'is quiet about failures that were made good',
    given: {
      [series(RENEWALS, 'result="failed"')]: '0 2x40',
      [series(RENEWALS, 'result="kept"')]: '0+5x40',
    },
    after: 20,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorGiveBackBacklog',
    sentence: 'fires for a record that has waited for its giving back for more than half an hour',
    given: { [series(OLDEST, 'state="retiring"')]: '0x60' },
    after: 37,
    fires: [{ ...TARGET, state: 'retiring' }],
  },
  {
    alert: 'VaultLeaseOperatorGiveBackBacklog',
    sentence: 'is quiet while records come and go',
    given: { [series(OLDEST, 'state="retiring"')]: '0x20 1200x20 2400x20' },
    after: 59,
    fires: QUIET,
  },
  {
    alert: 'VaultLeaseOperatorCredentialOrphaned',
    sentence: 'fires for one that could not be given back',
    given: { [series(GIVE_BACKS, 'result="orphaned"')]: '0x5 1x60' },
    after: 10,
    fires: FIRES,
  },
  {
    alert: 'VaultLeaseOperatorCredentialOrphaned',
    sentence: 'is quiet about those that were given back or were dead already',
    given: {
      [series(GIVE_BACKS, 'result="orphaned"')]: '1x60',
      [series(GIVE_BACKS, 'result="revoked"')]: '0+1x60',
      [series(GIVE_BACKS, 'result="dead"')]: '0+1x60',
    },
    after: 30,
    fires: QUIET,
  },
];
