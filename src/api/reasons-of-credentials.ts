/** The reason words about leases and certificates that end; see reasons.ts. */
export const CREDENTIAL_REASONS = {
  // leases
  LedgerLocked: {
    means: 'The lease record is encrypted and cannot be decrypted; the credential stays as it is.',
    remedy: "See the message; check Vault's Transit engine and the VaultAuth that names its key.",
  },
  StorageEncryptionInvalid: {
    means: 'There is not exactly one VaultAuth that names the key for lease records.',
    remedy:
      'Label one VaultAuth in the namespace of the operator with cacheStorageEncryption=true, and set its spec.storageEncryption.',
  },
  StorageEncryptionFailed: {
    means: "Vault's Transit engine does not encrypt the tokens of lease records.",
    remedy: 'Use a key of a type with associated data, such as aes256-gcm96.',
  },
  LeaseForeignCluster: {
    means: 'A ledger record was made by another cluster; it is left alone.',
    remedy: 'Delete the record if the other cluster is gone.',
  },
  LeaseOrphaned: {
    means: 'A credential could not be given back before its end.',
    remedy: 'Check Vault for a lease that could not be revoked.',
  },
  ClusterRestored: {
    means: 'The cluster was restored from a backup, so no credential is given back for a while.',
    remedy:
      'Check the restored objects, then delete the Secret vault-lease-give-back-pause in the namespace of the operator.',
  },
  // certificates
  CertificateRevoked: {
    means: 'A certificate that nothing uses any more was revoked.',
    remedy: '',
  },
  CertificateRevocationError: {
    means: 'A certificate could not be revoked; it is tried again until it expires.',
    remedy: 'Allow "update" on revoke below the PKI mount, or unset spec.revoke.',
  },
  ExpiryOffsetIgnored: {
    means: 'spec.expiryOffset is as long as the certificate lives.',
    remedy: 'Lower spec.expiryOffset, or raise spec.ttl or the limits of the role.',
  },
} as const satisfies Record<string, { means: string; remedy: string }>;
