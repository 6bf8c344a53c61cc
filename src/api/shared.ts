/**
 * Pieces that several kinds have in common: durations, references, the destination Secret, restart targets, conditions
 * and printer columns. Each piece is a schema value, so that it means the same wherever it appears.
 */
import type { PrinterColumn } from './group.ts';
import type { Fields, Infer, StringSchema } from './schema.ts';
import { transformation } from './transformation.ts';

/** VSO's pattern: a number and exactly one unit. Read by `parseDuration`. */
export const duration = {
  type: 'string',
  pattern: '^([0-9]+(\\.[0-9]+)?(s|m|h))$',
  'x-duration': true,
} as const satisfies StringSchema;

export const stringMap = { type: 'object', additionalProperties: { type: 'string' } } as const;
export const stringList = { type: 'array', items: { type: 'string' } } as const;

/** The fields by which a secret's kind finds its login and the Vault namespace to read in. */
export const access = {
  vaultAuthRef: {
    type: 'string',
    description:
      'The VaultAuth to log in with, as "name" in the namespace of this object or as "namespace/name". A VaultAuth of another namespace must list this namespace in its allowedNamespaces. Without a value the VaultAuth "default" in the namespace of the operator is used.',
  },
  namespace: {
    type: 'string',
    description:
      'The Vault namespace that holds the mount. Without a value it is the namespace that the VaultAuth logs in to. Vault without namespaces (community edition) needs no value.',
  },
} as const satisfies Fields;

/** The Secret to write: `spec.destination` of every kind that syncs one. */
export const destination = {
  type: 'object',
  description:
    'The Kubernetes Secret that receives the data. It is always in the namespace of this object.',
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      'x-not-empty': true,
      description:
        'Name of the Secret. After a change of the name the new Secret is written, and a Secret that was created for the old name is removed.',
    },
    create: {
      type: 'boolean',
      default: false,
      description:
        'true: the Secret is created, owned and removed together with this object, and holds nothing but the synced keys. false: the Secret must exist already; only its data is replaced, and it is left in place when this object goes.',
    },
    overwrite: {
      type: 'boolean',
      default: false,
      description:
        'With create: take over an existing Secret of that name that no operator has labelled as its own, replacing its content. When false such a Secret is left alone and the object reports a conflict.',
    },
    labels: {
      ...stringMap,
      description:
        'Labels of the Secret, used with create only. The labels that mark the owner are added and win over equal keys.',
    },
    annotations: {
      ...stringMap,
      description: 'Annotations of the Secret, used with create only.',
    },
    type: {
      type: 'string',
      description:
        'Type of the Secret, used with create only; Opaque without a value. The data must hold the keys that Kubernetes demands for the type, for example tls.crt and tls.key for kubernetes.io/tls. Types for which Kubernetes mints a token are refused.',
    },
    transformation,
  },
} as const satisfies Fields[string];

export type Destination = Infer<typeof destination>;

export const rolloutRestartTargets = {
  type: 'array',
  description:
    'Workloads in the namespace of this object that are restarted when the data of the Secret has changed. The first sync restarts nothing, unless the object was deleted and created again a moment ago and brings a new credential; nor does a refresh that finds equal data. Several secrets that change together restart a workload once.',
  items: {
    type: 'object',
    required: ['kind', 'name'],
    properties: {
      kind: {
        type: 'string',
        enum: ['Deployment', 'DaemonSet', 'StatefulSet', 'argo.Rollout'],
        description: 'Kind of the workload; argo.Rollout is the Rollout of Argo Rollouts.',
      },
      name: {
        type: 'string',
        'x-not-empty': true,
        description:
          'Name of the workload. One that does not exist is reported in the condition RolloutRestart and tried again.',
      },
    },
  },
} as const satisfies Fields[string];

export type RolloutRestartTarget = Infer<typeof rolloutRestartTargets>[number];

export const vaultClientMeta = {
  type: 'object',
  description: 'The Vault login behind the last sync. Kept for readers of VSO objects.',
  properties: {
    cacheKey: { type: 'string', description: 'Key of the login among the logins of the operator.' },
    id: {
      type: 'string',
      description: 'Hash of the accessor of the Vault token; nothing can be derived from it.',
    },
  },
} as const satisfies Fields[string];

/** metav1.Condition, with the limits that the Kubernetes API conventions give it. */
/** What people asked for by annotations, and was done: part of the status of every kind that syncs a Secret. */
export const handledRequests = {
  handledSyncRequest: {
    type: 'string',
    description:
      'The value of the annotation vault-lease-operator/sync that was last followed; of a long one its SHA-256.',
  },
  handledRotateRequest: {
    type: 'string',
    description:
      'The value of the annotation vault-lease-operator/rotate that was last followed; of a long one its SHA-256.',
  },
} as const satisfies Fields;

export const conditions = {
  type: 'array',
  description:
    'What the operator has to say about this object, one entry per type. Ready, Reconciling and Stalled follow the kstatus convention.',
  items: {
    type: 'object',
    required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
    properties: {
      type: {
        type: 'string',
        maxLength: 316,
        pattern:
          '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
        description: 'What the condition is about, for example Ready or SecretSynced.',
      },
      status: {
        type: 'string',
        enum: ['True', 'False', 'Unknown'],
        description: 'Whether the condition holds.',
      },
      reason: {
        type: 'string',
        minLength: 1,
        maxLength: 1024,
        pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
        description:
          'The cause in one word; events, metrics and log lines of the same matter carry the same word.',
      },
      message: {
        type: 'string',
        maxLength: 32768,
        description: 'The cause in a sentence, with what to do about it. Never holds a secret.',
      },
      lastTransitionTime: {
        type: 'string',
        format: 'date-time',
        description: 'When the status of the condition last changed.',
      },
      observedGeneration: {
        type: 'integer',
        format: 'int64',
        minimum: 0,
        description: 'The metadata.generation that the condition speaks about.',
      },
    },
  },
} as const satisfies Fields[string];

/** A time in whole seconds since 1970, or a generation. */
export const int64 = { type: 'integer', format: 'int64' } as const;

function conditionColumn(name: string, condition: string, description: string): PrinterColumn {
  const jsonPath = `.status.conditions[?(@.type == "${condition}")].status`;
  return { name, type: 'string', jsonPath, description };
}

const health = [
  conditionColumn('Healthy', 'Healthy', 'Whether the last act of the operator went well'),
  conditionColumn('Ready', 'Ready', 'Whether the object does what it promises'),
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description: 'Time since the object was created',
  },
] as const satisfies readonly PrinterColumn[];

export const healthColumns: readonly PrinterColumn[] = health;
export const syncColumns: readonly PrinterColumn[] = [
  conditionColumn('Synced', 'SecretSynced', 'Whether the Secret holds what Vault holds'),
  ...health,
];
