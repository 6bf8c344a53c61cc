/** VaultPKISecret: a certificate and its key, issued by Vault, replaced before it expires. */
import { defineKind } from './group.ts';
import type { Resource } from './object.ts';
import type { Fields, Infer } from './schema.ts';
import {
  access,
  conditions,
  destination,
  duration,
  handledRequests,
  int64,
  rolloutRestartTargets,
  stringList,
  syncColumns,
} from './shared.ts';

const issuing = {
  issuerRef: {
    type: 'string',
    description: "Name or id of the issuer; the engine's default issuer without a value.",
  },
  role: {
    type: 'string',
    'x-not-empty': true,
    description: 'Role of the engine that issues the certificate.',
  },
  commonName: { type: 'string', description: 'Common name (CN) of the certificate.' },
  altNames: {
    ...stringList,
    description: 'Further names (SAN): host names and e-mail addresses.',
  },
  ipSans: { ...stringList, description: 'Further names (SAN): IP addresses.' },
  uriSans: { ...stringList, description: 'Further names (SAN): URIs.' },
  otherSans: {
    ...stringList,
    description: 'Further names (SAN) of other kinds, each as "oid;type:value".',
  },
  userIDs: {
    ...stringList,
    description: 'User ids (OID 0.9.2342.19200300.100.1.1) of the subject.',
  },
  excludeCNFromSans: {
    type: 'boolean',
    description: 'Do not repeat the common name among the further names.',
  },
  ttl: {
    type: 'string',
    pattern: '^([0-9]+(\\.[0-9]+)?(s|m|h|d))$',
    'x-duration': true,
    description:
      'Lifetime to ask for: a number and a unit, which here may also be d for days. Vault limits it to the maximum of the role; without a value it is the default of the role.',
  },
  notAfter: {
    type: 'string',
    description: 'Fixed end of the certificate in place of ttl, as YYYY-MM-ddTHH:MM:SSZ.',
  },
  format: {
    type: 'string',
    description: 'Format of the answer: pem, der or pem_bundle. pem without a value.',
  },
  privateKeyFormat: {
    type: 'string',
    description: 'Format of the private key: der or pkcs8. der without a value.',
  },
} as const satisfies Fields;

export const vaultPKISecret = defineKind({
  kind: 'VaultPKISecret',
  description:
    'Keeps a certificate and its key, issued by the PKI engine of Vault, in a Kubernetes Secret and replaces them before they expire.',
  actedOn: true,
  columns: syncColumns,
  spec: {
    type: 'object',
    description: 'Which certificate to ask for, and where to write it.',
    required: ['destination', 'mount', 'role'],
    properties: {
      ...access,
      mount: {
        type: 'string',
        'x-not-empty': true,
        description: 'Path at which the PKI engine is mounted in Vault.',
      },
      ...issuing,
      expiryOffset: {
        ...duration,
        description:
          'How long before its end the certificate is replaced; a little earlier, so that many are not replaced together. Without a value, or with one that is as long as the certificate lives, it is replaced after two thirds of its life.',
      },
      revoke: {
        type: 'boolean',
        description:
          'Revoke a certificate in Vault once it is replaced and the restart targets run with the new one, and some time after this object is deleted. Needs "update" on revoke below the mount.',
      },
      clear: {
        type: 'boolean',
        description:
          'When this object is deleted: empty a Secret that it did not create (destination.create is false).',
      },
      rolloutRestartTargets,
      destination,
    },
  },
  status: {
    type: 'object',
    description: 'The certificate that is in place.',
    properties: {
      serialNumber: { type: 'string', description: 'Serial number of the certificate.' },
      expiration: { ...int64, description: 'Its end, in seconds since 1970.' },
      lastGeneration: { ...int64, description: 'The metadata.generation that was last synced.' },
      lastRotation: { ...int64, description: 'When it was issued, in seconds since 1970.' },
      secretMAC: {
        type: 'string',
        description: 'Message authentication code of the data in the Secret, in base64.',
      },
      valid: { type: 'boolean', description: 'Whether the object can be used as written.' },
      error: { type: 'string', description: 'Why it cannot.' },
      ...handledRequests,
      conditions,
    },
  },
});

export type VaultPKISecretSpec = Infer<typeof vaultPKISecret.spec>;
export type VaultPKISecretStatus = Infer<typeof vaultPKISecret.status>;
export type VaultPKISecret = Resource<'VaultPKISecret', VaultPKISecretSpec, VaultPKISecretStatus>;
