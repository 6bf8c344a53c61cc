/**
 * Every reason word that a condition, event, metric or log line may carry, with what it means and what to do.
 * A word that is not here does not compile where a Reason is asked for.
 */
import { CREDENTIAL_REASONS } from './reasons-of-credentials.ts';

export const REASONS = {
  // VSO's own words, kept because dashboards and scripts match on them
  Accepted: { means: 'The object is valid and in use.', remedy: '' },
  InvalidConfiguration: {
    means: 'The object cannot be used as written.',
    remedy: 'Correct the field that the message names.',
  },
  Synced: { means: 'The Secret holds what Vault holds.', remedy: '' },
  SecretSynced: {
    means: 'The Secret was written for the first time or brought up to date.',
    remedy: '',
  },
  SecretRotated: { means: 'A new credential was issued and written.', remedy: '' },
  SecretLeaseRenewal: { means: 'The lease was renewed.', remedy: '' },
  SecretLeaseRenewalError: {
    means: 'Renewing the lease failed; the credential is still valid.',
    remedy: 'See the message; a new credential is issued in time if it cannot be renewed.',
  },
  SecretLeaseRevoke: { means: 'A credential was given back to Vault.', remedy: '' },
  RolloutRestartTriggered: { means: 'The restart targets were restarted.', remedy: '' },
  RolloutRestartFailed: {
    means: 'A restart target could not be restarted; it is tried again.',
    remedy: 'See the message for the target and the cause.',
  },
  RolloutRestartUnsupported: {
    means: 'The kind of a restart target is not supported.',
    remedy: 'Use Deployment, DaemonSet, StatefulSet or argo.Rollout.',
  },
  Healthy: { means: 'The last act went well.', remedy: '' },
  Unhealthy: { means: 'The last act failed.', remedy: 'See the message.' },
  Ready: { means: 'The object does what it promises.', remedy: '' },
  Paused: {
    means: 'An annotation of the object or of its namespace pauses it; leases are kept alive.',
    remedy: 'Take the annotation vault-lease-operator/paused away to resume.',
  },
  Resumed: { means: 'The object is no longer paused.', remedy: '' },
  // the specification
  InvalidSpec: {
    means: 'A field has a value that the operator refuses.',
    remedy: 'Correct the field that the message names.',
  },
  InvalidReference: {
    means: 'A reference is not of the form "name" or "namespace/name".',
    remedy: 'Correct the field that the message names.',
  },
  NotSupportedYet: {
    means: 'A field or kind is accepted by the schema but has no behaviour in this version.',
    remedy: 'Remove the field, or use a version that supports it.',
  },
  SourcePathRefused: {
    means: 'The Vault path is malformed or belongs to Vault itself.',
    remedy: 'Name a path below a secrets mount.',
  },
  SecretTypeRefused: {
    means: 'The destination type would make Kubernetes mint a token.',
    remedy: 'Use another type.',
  },
  // references
  NamespaceNotWatched: {
    means: 'The object lies in a namespace that the operator does not watch.',
    remedy: 'Add the namespace to --watch-namespaces, and its Role and RoleBinding.',
  },
  VaultAuthNotFound: {
    means: 'The VaultAuth does not exist.',
    remedy: 'Create it or correct vaultAuthRef.',
  },
  VaultAuthNotAllowed: {
    means: 'The VaultAuth does not allow this namespace.',
    remedy: 'Add the namespace to its allowedNamespaces.',
  },
  VaultAuthGlobalNotFound: {
    means: 'The VaultAuthGlobal does not exist.',
    remedy: 'Create it or correct vaultAuthGlobalRef.',
  },
  VaultAuthGlobalNotAllowed: {
    means: 'The VaultAuthGlobal does not allow this namespace.',
    remedy: 'Add the namespace to its allowedNamespaces.',
  },
  VaultAuthGlobalRef: { means: 'A VaultAuthGlobal is referenced.', remedy: '' },
  VaultConnectionNotFound: {
    means: 'The VaultConnection does not exist.',
    remedy: 'Create it or correct vaultConnectionRef.',
  },
  VaultConnectionNotReady: {
    means: 'The VaultConnection cannot be used yet.',
    remedy: 'See the conditions of the VaultConnection.',
  },
  ServiceAccountNotFound: {
    means: 'The service account does not exist in the namespace of the consumer.',
    remedy: 'Create it there or correct the VaultAuth.',
  },
  CASecretInvalid: {
    means: 'The CA Secret or file is missing or holds no certificate.',
    remedy: 'Provide a PEM certificate under the key ca.crt.',
  },
  ClientCertificateInvalid: {
    means: 'The client certificate of the VaultConnection is missing or cannot be used.',
    remedy: 'Provide a Secret of type kubernetes.io/tls with a certificate and its key.',
  },
  ClientCertificateNotAllowed: {
    means:
      'The client certificate of a VaultConnection serves the VaultAuths of its own namespace.',
    remedy:
      'Create the VaultAuth beside the VaultConnection, or a VaultConnection beside the VaultAuth.',
  },
  LoginSourceInvalid: {
    means: 'The Secret or file that a login is made from is missing or holds no value.',
    remedy: 'Provide what the message names.',
  },
  // the hardened rules
  VaultAddressRefused: {
    means: 'The address of the VaultConnection is not one that the operator may call.',
    remedy:
      'Use the https address of a Vault, or let an administrator list the address in --allowed-vault-addresses.',
  },
  TLSVerificationSkipped: {
    means: 'The certificate of Vault is not checked.',
    remedy: 'Set skipTLSVerify to false and give the CA.',
  },
  AudienceTooWide: {
    means: 'Vault is sent a token that the API server takes, too.',
    remedy: 'Name an audience in the VaultAuth and bind the role in Vault to it.',
  },
  SecretIdPathOpen: {
    means: "A namespace logs in with a file of the operator's pod, which others can name, too.",
    remedy: "Use secretRef, or a VaultAuth of the operator's namespace that allows this one.",
  },
  OpenToAllNamespaces: {
    means: 'Every namespace may log in with the object.',
    remedy: 'List the namespaces, or list the object in --open-vault-auths.',
  },
  // Vault
  VaultClientConfigError: {
    means: 'No Vault client can be made from the objects.',
    remedy: 'See the message.',
  },
  VaultUnreachable: {
    means: 'No connection to Vault.',
    remedy: 'Check the address, the network and that Vault runs.',
  },
  VaultNameNotResolved: {
    means: 'The host name of Vault does not resolve.',
    remedy: 'Check the address and DNS.',
  },
  VaultTLSFailed: {
    means: 'The TLS handshake with Vault failed.',
    remedy: 'Check the CA, tlsServerName and the server certificate.',
  },
  VaultTimeout: {
    means: 'Vault did not answer in time.',
    remedy: 'Check the load of Vault, or raise the timeout of the VaultConnection.',
  },
  VaultSealed: { means: 'Vault is sealed.', remedy: 'Unseal Vault.' },
  VaultUninitialized: { means: 'Vault is not initialised.', remedy: 'Initialise Vault.' },
  VaultStandby: {
    means: 'Only a standby answered.',
    remedy: 'Wait for, or repair, the active node.',
  },
  VaultThrottled: {
    means: 'Vault asked for patience.',
    remedy: 'Raise the rate limit quota or lower refresh rates.',
  },
  VaultServerError: {
    means: 'Vault answered with a server error.',
    remedy: "See Vault's own log.",
  },
  VaultAnswerInvalid: {
    means: 'The answer is not what Vault sends.',
    remedy: 'Check that the address is a Vault and no proxy answers for it.',
  },
  VaultAnswerTooLarge: {
    means: 'The answer exceeds the size limit.',
    remedy: 'Store less under one path.',
  },
  VaultRedirectRefused: {
    means: 'Vault redirected to a place we do not follow.',
    remedy: 'Set the address to the active node or a load balancer.',
  },
  VaultRequestRefused: {
    means: 'Vault refused the request as wrong.',
    remedy: 'Correct the path or params; see the message.',
  },
  LoginDenied: {
    means: 'Vault refused the login.',
    remedy: 'Check role, bound service account, audience and mount of the auth method.',
  },
  SecretIdRefused: {
    means: 'Vault refused the role id or the secret id of an AppRole: wrong, expired or used up.',
    remedy:
      'Provide a new secret id; raise secret_id_num_uses and secret_id_ttl of the role, or set them to 0.',
  },
  PermissionDenied: {
    means: "The token's policies do not allow the request.",
    remedy: 'Grant the capability that the message names.',
  },
  TokenInvalid: {
    means: 'Vault says that our token is invalid: it expired or was revoked.',
    remedy:
      'A new login follows; if this returns, look for who revokes tokens, or raise token_ttl.',
  },
  TokenUnsuitable: {
    means: 'The role grants a token that cannot own leases.',
    remedy: 'Let the role grant a service token without a use limit.',
  },
  TokenWithoutDefaultPolicy: {
    means: 'The role grants a token without the default policy, so it cannot give itself back.',
    remedy: 'Add the default policy, or allow auth/token/revoke-self and renew-self.',
  },
  TokenEndsFirst: {
    means: 'The Vault token that owns a lease ends before the lease does and takes it along.',
    remedy: 'Raise token_ttl and token_max_ttl of the role, or let it grant renewable tokens.',
  },
  SourceMissing: {
    means: 'There is nothing at the Vault path.',
    remedy: 'Write the secret or correct mount and path.',
  },
  SourceDeleted: {
    means: 'The version is deleted in Vault; the Secret keeps its last data.',
    remedy: 'Undelete it or write a new version.',
  },
  SourceDestroyed: {
    means: 'The version is destroyed in Vault; the Secret keeps its last data.',
    remedy: 'Write a new version.',
  },
  SourceEmpty: {
    means: 'The source holds no data; the Secret keeps its last data.',
    remedy: 'Write data to the path.',
  },
  NotAStaticRole: {
    means: 'allowStaticCreds is set, but the path does not belong to a static role.',
    remedy: 'Name the path of a static role, such as static-creds/ROLE, or remove the field.',
  },
  // Kubernetes
  DestinationConflict: {
    means: 'The destination Secret belongs to someone else.',
    remedy: 'Choose another name, or set destination.overwrite.',
  },
  DestinationMissing: {
    means: 'The destination Secret does not exist and destination.create is false.',
    remedy: 'Create the Secret or set destination.create.',
  },
  SecretTooLarge: {
    means: 'The data exceeds the size of a Kubernetes Secret.',
    remedy: 'Store less under one path, or filter keys.',
  },
  SecretKeyInvalid: {
    means: 'A key is not a legal Secret key.',
    remedy: 'Rename the key in Vault.',
  },
  KubernetesForbidden: {
    means: 'The operator lacks a permission in Kubernetes.',
    remedy: 'Grant the verb that the message names.',
  },
  KubernetesRefused: {
    means: 'The API server, its admission or a quota refused the object.',
    remedy: 'See the message.',
  },
  KubernetesNotFound: {
    means: 'An object, or its kind, does not exist in the cluster.',
    remedy: 'Create it, or install its CustomResourceDefinition.',
  },
  KubernetesConflict: { means: 'The object was changed by someone else meanwhile.', remedy: '' },
  KubernetesUnavailable: {
    means: 'The API server cannot be reached or is overloaded.',
    remedy: 'Check the API server.',
  },
  NotLeading: { means: 'This replica is not the leader (any more).', remedy: '' },
  RestartTargetMissing: {
    means: 'A restart target does not exist.',
    remedy: 'Create it or remove it from rolloutRestartTargets.',
  },
  ...CREDENTIAL_REASONS,
  Progressing: { means: 'Work is under way.', remedy: '' },
  DeadlineExceeded: {
    means: 'The work took longer than one run may take; it is tried again.',
    remedy: 'See the log lines of the reconcile id; check that Vault and the API server answer.',
  },
  Interrupted: {
    means: 'The work was broken off because the operator stops or its time was over.',
    remedy: '',
  },
  InternalError: {
    means: 'An unexpected error; a bug.',
    remedy: 'Report it with the log lines of the reconcile id.',
  },
} as const satisfies Record<string, { means: string; remedy: string }>;

export type Reason = keyof typeof REASONS;

export function isReason(word: string): word is Reason {
  return Object.hasOwn(REASONS, word);
}
