/** VaultStaticSecret: a secret of a key-value engine, kept equal in a Kubernetes Secret. */
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
  syncColumns,
  vaultClientMeta,
} from './shared.ts';

const status = {
  lastGeneration: { ...int64, description: 'The metadata.generation that was last synced.' },
  secretMAC: {
    type: 'string',
    description:
      'Message authentication code of the data in the Secret, in base64. Equal codes mean equal data.',
  },
  ...handledRequests,
  vaultClientMeta,
  conditions,
} as const satisfies Fields;

export const vaultStaticSecret = defineKind({
  kind: 'VaultStaticSecret',
  description:
    'Keeps a Kubernetes Secret equal to a secret of a key-value engine in Vault. A version that is deleted, destroyed or empty never empties the Secret: it keeps its last data, and a condition says why.',
  actedOn: true,
  columns: syncColumns,
  spec: {
    type: 'object',
    description: 'What to read, and where to write it.',
    required: ['destination', 'mount', 'path', 'type'],
    properties: {
      ...access,
      mount: {
        type: 'string',
        'x-not-empty': true,
        description: 'Path at which the key-value engine is mounted in Vault.',
      },
      path: {
        type: 'string',
        'x-not-empty': true,
        description:
          'Path of the secret below the mount, without the "data/" that version 2 puts in between. A path with ".." is refused.',
      },
      type: {
        type: 'string',
        enum: ['kv-v1', 'kv-v2'],
        description: 'Version of the key-value engine.',
      },
      version: {
        type: 'integer',
        minimum: 0,
        description: 'For kv-v2: the version to read; 0 or no value means the latest.',
      },
      refreshAfter: {
        ...duration,
        description:
          'How often to read the secret again, less up to a fifth so that reads spread. Without a value it is 60s when hmacSecretData is true; else the secret is read again only when this object changes.',
      },
      hmacSecretData: {
        type: 'boolean',
        default: true,
        description:
          'Remember a message authentication code of the data, so that a refresh which finds equal data writes nothing and restarts nothing, and an edited Secret is noticed. When false no code is kept: an edited Secret is still repaired, but rolloutRestartTargets are ignored.',
      },
      rolloutRestartTargets,
      destination,
      syncConfig: {
        type: 'object',
        description: 'How changes are noticed, besides refreshAfter.',
        properties: {
          instantUpdates: {
            type: 'boolean',
            'x-not-yet': true,
            description:
              'Follow the event stream of Vault (Enterprise 1.16.3 and newer) and read at once when the secret changes.',
          },
        },
      },
    },
  },
  status: { type: 'object', description: 'What was last synced.', properties: status },
});

export type VaultStaticSecretSpec = Infer<typeof vaultStaticSecret.spec>;
export type VaultStaticSecretStatus = Infer<typeof vaultStaticSecret.status>;
export type VaultStaticSecret = Resource<
  'VaultStaticSecret',
  VaultStaticSecretSpec,
  VaultStaticSecretStatus
>;
