/** What a runbook says of a reason beside its meaning and remedy: where to look, and when it is dangerous. */
import type { Reason } from '../../../src/api/reasons.ts';

export interface Note {
  readonly see?: string;
  readonly dangerous?: string;
}

const ENDS_LEASES = 'When it lasts longer than the shortest lease behind it.';
const NO_SECRET = 'When pods wait for the Secret: without it they do not start.';
const OLD_DATA = 'When the data changed in Vault meanwhile: the Secret holds the old.';

export const NOTES: Readonly<Partial<Record<Reason, Note>>> = {
  SecretLeaseRenewalError: {
    see: 'The message has the reason of the failed renewal; follow that entry.',
    dangerous: 'When no renewal and no new issue succeeds before the lease ends.',
  },
  RolloutRestartFailed: {
    dangerous:
      'With leased credentials: pods keep the old one, which is given back after the overlap.',
  },
  RestartTargetMissing: {
    dangerous:
      'With leased credentials, when the workload exists under another name: it is not restarted.',
  },
  Paused: {
    see: 'Who paused it is in the message: the object or its namespace.',
    dangerous:
      'A lease is renewed but not replaced: at its maximum TTL it ends. A rotated password does not arrive.',
  },
  InvalidSpec: { dangerous: NO_SECRET },
  SourcePathRefused: { dangerous: NO_SECRET },
  VaultAuthNotFound: {
    see: 'The message names the namespace in which it was looked for.',
    dangerous: NO_SECRET,
  },
  VaultAuthNotAllowed: {
    see: 'spec.allowedNamespaces of the VaultAuth.',
    dangerous: 'Do not answer with "*": it lets every namespace use the login.',
  },
  VaultAuthGlobalNotAllowed: {
    see: 'spec.allowedNamespaces of the VaultAuthGlobal.',
    dangerous: 'Do not answer with "*": it lets every namespace use the login.',
  },
  VaultConnectionNotFound: {
    see: 'The message names the namespace in which it was looked for.',
    dangerous: NO_SECRET,
  },
  CASecretInvalid: {
    see: 'kubectl get secret NAME -n NAMESPACE: the certificate is expected under ca.crt.',
    dangerous:
      'Do not answer with skipTLSVerify: whoever answers at the address then gets every login.',
  },
  VaultUnreachable: {
    see: 'Connect to the address from the network of the operator; look at NetworkPolicies.',
    dangerous: ENDS_LEASES,
  },
  VaultNameNotResolved: { dangerous: ENDS_LEASES },
  VaultTLSFailed: {
    see: 'openssl s_client -connect HOST:PORT -servername NAME shows the chain that Vault presents.',
    dangerous:
      'Do not answer with skipTLSVerify: whoever answers at the address then gets every login.',
  },
  VaultTimeout: {
    see: 'Latency in the metrics of Vault, and of its storage.',
    dangerous: ENDS_LEASES,
  },
  VaultSealed: { see: 'vault status.', dangerous: ENDS_LEASES },
  VaultUninitialized: {
    see: 'vault status.',
    dangerous:
      'When the Vault was initialised before: its storage is lost or another one is mounted.',
  },
  VaultStandby: {
    see: 'vault operator raft list-peers, or sys/leader.',
    dangerous: ENDS_LEASES,
  },
  VaultThrottled: {
    see: 'Quotas of Vault: vault list sys/quotas/rate-limit.',
    dangerous: 'When renewals are throttled too: give the operator a quota of its own.',
  },
  VaultServerError: {
    see: 'The log of Vault at that time; for database roles also that of the database.',
    dangerous: ENDS_LEASES,
  },
  ClientCertificateInvalid: {
    see: 'kubectl get secret NAME -n NAMESPACE -o jsonpath={.type}; openssl x509 -noout -dates on its tls.crt.',
    dangerous:
      'When the operator restarts meanwhile: credentials behind this connection are given back only once the Secret is there again.',
  },
  LoginSourceInvalid: {
    see: 'The message names the namespace in which it was looked for.',
    dangerous: 'When the last token ends: then nothing behind this login is renewed.',
  },
  VaultAddressRefused: {
    see: 'The message says what speaks against the address; dig on its name shows where it leads. In the condition Hardened it is a warning only.',
    dangerous:
      'When nobody changed the VaultConnection: somebody may have changed where its name leads. Leases behind it are neither renewed nor given back and end with their tokens.',
  },
  OpenToAllNamespaces: {
    see: 'Under the hardened rules the object works on for its own namespace and for those that it lists by name.',
  },
  SecretIdRefused: {
    see: 'vault read auth/MOUNT/role/ROLE shows secret_id_num_uses and secret_id_ttl. Each leased credential logs in for itself.',
    dangerous: 'When the last token ends: then nothing behind this login is renewed.',
  },
  LoginDenied: {
    see: 'The role in Vault: vault read auth/MOUNT/role/ROLE.',
    dangerous: 'When the last token ends: then nothing behind this login is renewed.',
  },
  PermissionDenied: {
    see: 'vault token capabilities with a token of the same role.',
    dangerous: 'When the denied path renews leases or tokens.',
  },
  TokenInvalid: {
    see: "Vault's audit log: who calls auth/token/revoke or lease revoke on our tokens.",
    dangerous:
      'The leases that hung on the token are gone with it; new ones are issued and workloads restart.',
  },
  TokenEndsFirst: {
    see: 'token_ttl and token_max_ttl of the role, against the TTL of the lease.',
    dangerous:
      'Not at once: the credential is replaced in time, but more often than its lease would need.',
  },
  TokenWithoutDefaultPolicy: {
    dangerous: 'Credentials that are no longer used stay until their token ends.',
  },
  SourceMissing: { see: 'vault kv get -mount=MOUNT PATH.', dangerous: NO_SECRET },
  SourceDeleted: { see: 'vault kv metadata get -mount=MOUNT PATH.', dangerous: OLD_DATA },
  SourceDestroyed: { see: 'vault kv metadata get -mount=MOUNT PATH.', dangerous: OLD_DATA },
  SourceEmpty: { see: 'vault kv get -mount=MOUNT PATH.', dangerous: OLD_DATA },
  DestinationConflict: {
    see: 'Labels and ownerReferences of the Secret say whose it is.',
    dangerous: 'destination.overwrite replaces all of its content: make sure that nobody needs it.',
  },
  DestinationMissing: { dangerous: NO_SECRET },
  KubernetesForbidden: {
    see: 'kubectl auth can-i VERB RESOURCE --as=system:serviceaccount:NAMESPACE:NAME.',
    dangerous: 'When Secrets or their ledger cannot be written: nothing new is issued.',
  },
  KubernetesRefused: {
    see: 'Quotas and admission policies of the namespace.',
    dangerous: NO_SECRET,
  },
  KubernetesUnavailable: {
    dangerous:
      'Leases are still renewed; nothing is issued or written until the API server is back.',
  },
  LeaseForeignCluster: {
    see: 'The ledger of this namespace was restored from, or is shared with, another cluster.',
    dangerous: 'When the other cluster still runs: deleting its records loses its leases.',
  },
  LeaseOrphaned: {
    see: 'The entry of the alert VaultLeaseOperatorCredentialOrphaned.',
    dangerous: 'When the credential was given up because it leaked.',
  },
  DeadlineExceeded: {
    see: 'The panels of the slowest acts and reconciles.',
    dangerous: 'When it concerns renewals.',
  },
  InternalError: { dangerous: 'For this object, as long as it lasts; for no other.' },
  LedgerLocked: {
    see: 'The message says what Transit answers; the gauge vault_lease_operator_ledger_records{state="locked"} counts the records that wait.',
    dangerous: ENDS_LEASES,
  },
  StorageEncryptionInvalid: {
    see: 'kubectl get vaultauths -n OPERATOR-NAMESPACE -l cacheStorageEncryption=true',
    dangerous:
      'New credentials are not issued meanwhile; those in use are renewed until a restart.',
  },
};
