/** VaultConnection: where a Vault is and how to trust it. */
import { defineKind } from './group.ts';
import type { Resource } from './object.ts';
import type { Infer } from './schema.ts';
import { conditions, duration, healthColumns, stringMap } from './shared.ts';

export const vaultConnection = defineKind({
  kind: 'VaultConnection',
  description:
    'Where a Vault or OpenBao server is, and how to trust it. VaultAuth objects refer to it.',
  actedOn: true,
  columns: healthColumns,
  spec: {
    type: 'object',
    description: 'How to reach the server.',
    required: ['address', 'skipTLSVerify'],
    properties: {
      address: {
        type: 'string',
        'x-not-empty': true,
        description:
          'URL of the server: scheme, host, port and perhaps a path prefix, for example https://vault.example.com:8200.',
      },
      headers: {
        ...stringMap,
        description:
          'Headers sent with every request to this server. X-Vault-Namespace is refused: set the namespace fields of VaultAuth and of the secret in its place.',
      },
      tlsServerName: {
        type: 'string',
        description:
          'Name that the certificate of the server must carry, and that is sent as SNI. Without a value it is the host of the address.',
      },
      caCertSecretRef: {
        type: 'string',
        description:
          'Secret in the namespace of this object that holds the trusted certificate authorities as PEM under the key ca.crt. A change is picked up without a restart. Excludes caCertPath.',
      },
      caCertPath: {
        type: 'string',
        description:
          'File in the operator\'s pod that holds the trusted certificate authorities as PEM. Excludes caCertSecretRef; a path with ".." is refused.',
      },
      clientCertSecretRef: {
        type: 'string',
        description:
          'Secret of type kubernetes.io/tls in the namespace of this object, with the certificate (tls.crt) and key (tls.key) that the operator shows to the server. For servers that ask for one, and for the auth method cert. Only VaultAuth objects of this namespace may use a connection that has one. A change is picked up without a restart.',
      },
      skipTLSVerify: {
        type: 'boolean',
        default: false,
        description:
          'Do not check the certificate of the server. Whoever can answer at the address then receives every login and secret; never use it outside a trial.',
      },
      timeout: {
        ...duration,
        description: 'Longest time that one request may take. 60s without a value.',
      },
    },
  },
  status: {
    type: 'object',
    description: 'What the operator found.',
    properties: {
      valid: { type: 'boolean', description: 'Whether the server can be used.' },
      conditions,
    },
  },
});

export type VaultConnectionSpec = Infer<typeof vaultConnection.spec>;
export type VaultConnectionStatus = Infer<typeof vaultConnection.status>;
export type VaultConnection = Resource<
  'VaultConnection',
  VaultConnectionSpec,
  VaultConnectionStatus
>;
