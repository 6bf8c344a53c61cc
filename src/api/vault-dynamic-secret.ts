/** VaultDynamicSecret: a credential that Vault makes, kept alive by its lease, replaced before it ends. */
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
  stringMap,
  syncColumns,
  vaultClientMeta,
} from './shared.ts';

const secretLease = {
  type: 'object',
  description: 'The lease of the credential in the Secret.',
  required: ['duration', 'id', 'renewable', 'requestID'],
  properties: {
    id: { type: 'string', description: 'Id of the lease; empty when Vault gave none.' },
    duration: {
      type: 'integer',
      description: 'Seconds that Vault granted when the lease was last issued or renewed.',
    },
    renewable: { type: 'boolean', description: 'Whether the lease can be renewed.' },
    requestID: { type: 'string', description: 'Id of the request, as in the audit log of Vault.' },
  },
} as const satisfies Fields[string];

const staticCredsMetaData = {
  type: 'object',
  description: 'What Vault says about the rotation of a static role.',
  required: ['lastVaultRotation', 'rotationPeriod', 'ttl'],
  properties: {
    lastVaultRotation: { ...int64, description: 'Last rotation, in seconds since 1970.' },
    rotationPeriod: { ...int64, description: 'Seconds between rotations.' },
    rotationSchedule: { type: 'string', description: 'Schedule of rotations, in cron syntax.' },
    ttl: { ...int64, description: 'Seconds until the next rotation, when last read.' },
  },
} as const satisfies Fields[string];

const status = {
  lastRenewalTime: {
    ...int64,
    description: 'When the lease was last issued or renewed, in seconds since 1970.',
  },
  lastGeneration: { ...int64, description: 'The metadata.generation that was last synced.' },
  secretLease,
  staticCredsMetaData,
  lastRuntimePodUID: {
    type: 'string',
    description: 'Uid of the operator pod behind the last sync.',
  },
  secretMAC: {
    type: 'string',
    description:
      'Message authentication code of the data in the Secret, in base64, where the data has no lease.',
  },
  revision: {
    type: 'string',
    description: 'The credential that the Secret carries, by the id of its record.',
  },
  restartedRevision: {
    type: 'string',
    description: 'The revision that rolloutRestartTargets were last restarted for.',
  },
  tokenRenewalTime: {
    ...int64,
    description:
      'When the Vault token that owns the lease was last renewed, in seconds since 1970.',
  },
  ...handledRequests,
  vaultClientMeta,
  conditions,
} as const satisfies Fields;

export const vaultDynamicSecret = defineKind({
  kind: 'VaultDynamicSecret',
  description:
    'Keeps a credential that Vault makes on request, such as a database user, in a Kubernetes Secret: issues it, renews its lease, replaces it before it ends, and gives it back when nothing uses it any more.',
  actedOn: true,
  columns: syncColumns,
  spec: {
    type: 'object',
    description: 'What to ask Vault for, and where to write it.',
    required: ['destination', 'mount', 'path'],
    properties: {
      ...access,
      mount: {
        type: 'string',
        'x-not-empty': true,
        description: 'Path at which the secrets engine is mounted in Vault.',
      },
      path: {
        type: 'string',
        'x-not-empty': true,
        description:
          'Path below the mount that makes the credential, for example creds/my-role. A path with ".." is refused.',
      },
      requestHTTPMethod: {
        type: 'string',
        enum: ['GET', 'POST', 'PUT'],
        description:
          'How to ask. GET without a value; PUT whenever params are set. Vault treats POST and PUT alike.',
      },
      params: {
        ...stringMap,
        description:
          'Body of the request. Values are sent as strings; with params the request is a PUT.',
      },
      renewalPercent: {
        type: 'integer',
        minimum: 0,
        maximum: 90,
        default: 67,
        description:
          'Share of the lease, in percent, after which it is renewed, or replaced if it cannot be renewed. Secrets are spread over the time that follows.',
      },
      revoke: {
        type: 'boolean',
        description:
          'Kept for compatibility. A credential is always given back to Vault after this object is deleted, whatever the value.',
      },
      allowStaticCreds: {
        type: 'boolean',
        description:
          'The path belongs to a static role: Vault rotates the password of a lasting user, and the Secret follows. A static role is known by its answer, too; with this it is known before the first one.',
      },
      refreshAfter: {
        ...duration,
        description:
          'How often to ask again when the answer carries no lease. Ignored for answers with a lease. Without a value such an answer is read once; that of a static role every minute, so that a rotation by hand is noticed, and in any case when its rotation is due.',
      },
      rolloutRestartTargets,
      destination,
    },
  },
  status: {
    type: 'object',
    description: 'The credential that is in place.',
    properties: status,
  },
});

export type VaultDynamicSecretSpec = Infer<typeof vaultDynamicSecret.spec>;
export type VaultDynamicSecretStatus = Infer<typeof vaultDynamicSecret.status>;
export type VaultDynamicSecret = Resource<
  'VaultDynamicSecret',
  VaultDynamicSecretSpec,
  VaultDynamicSecretStatus
>;
