/** The reason words for what Vault says or does not say: a part of reasons.ts, which is what others read. */
export const VAULT_REASONS = {
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
} as const;
