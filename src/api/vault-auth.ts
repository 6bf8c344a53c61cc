/** VaultAuth: how to log in to a Vault, and which namespaces may do so with it. */
import { methodName, methods } from './auth-methods.ts';
import { defineKind } from './group.ts';
import type { Resource } from './object.ts';
import type { Fields, Infer } from './schema.ts';
import { conditions, healthColumns, stringList, stringMap } from './shared.ts';

const strategy = {
  type: 'string',
  enum: ['union', 'replace', 'none'],
} as const;

const vaultAuthGlobalRef = {
  type: 'object',
  description:
    'A VaultAuthGlobal that supplies what this object leaves unset. It must list this namespace in its allowedNamespaces.',
  properties: {
    name: {
      type: 'string',
      pattern: '^([a-z0-9.-]{1,253})$',
      description: 'Name of the VaultAuthGlobal.',
    },
    namespace: {
      type: 'string',
      pattern: '^([a-z0-9-]{1,63})$',
      description: 'Its namespace; the namespace of this object without a value.',
    },
    allowDefault: {
      type: 'boolean',
      description:
        'Without a name: use the VaultAuthGlobal "default", looked for in the namespace of this object and then in that of the operator. The operator must allow it, too.',
    },
    mergeStrategy: {
      type: 'object',
      description: 'How maps of both objects become one.',
      properties: {
        headers: {
          ...strategy,
          description:
            'union: both, this object wins. replace: those of this object if there are any, else those of the VaultAuthGlobal. none (also without a value): those of this object only.',
        },
        params: {
          ...strategy,
          description: 'As for headers. Params have no effect, see spec.params.',
        },
      },
    },
  },
} as const satisfies Fields[string];

const storageEncryption = {
  type: 'object',
  description:
    'The key of the Transit engine that encrypts the tokens in lease records. Used of the one VaultAuth in the namespace of the operator that has the label cacheStorageEncryption=true, with --client-cache-persistence-model=direct-encrypted.',
  required: ['mount', 'keyName'],
  properties: {
    mount: {
      type: 'string',
      'x-not-empty': true,
      description: 'Mount of the Transit engine in Vault.',
    },
    keyName: {
      type: 'string',
      'x-not-empty': true,
      description: 'Name of the key, of a type with associated data such as aes256-gcm96.',
    },
  },
} as const satisfies Fields[string];

export const vaultAuth = defineKind({
  kind: 'VaultAuth',
  description:
    'How to log in to a Vault server. Secrets of this and of the allowed namespaces refer to it. Service accounts and Secrets that a login needs are taken from the namespace of the secret that asks.',
  actedOn: true,
  columns: healthColumns,
  spec: {
    type: 'object',
    description: 'How to log in, and who may.',
    properties: {
      vaultConnectionRef: {
        type: 'string',
        description:
          'The VaultConnection to use, as "name" in the namespace of this object or as "namespace/name". Without a value it is that of the VaultAuthGlobal, else the VaultConnection "default" in the namespace of the operator.',
      },
      vaultAuthGlobalRef,
      namespace: {
        type: 'string',
        description:
          'Vault namespace to log in to, and to read in unless the secret names another. Vault without namespaces (community edition) needs no value.',
      },
      allowedNamespaces: {
        ...stringList,
        description:
          'Namespaces whose secrets may use this object, besides its own. Names are compared as a whole; the single entry "*" allows all. The VaultAuth "default" in the namespace of the operator is open to all.',
      },
      method: {
        ...methodName,
        'x-not-yet': ['aws', 'gcp'],
        description:
          'Auth method of Vault. The block of the same name holds its settings. May be left to a VaultAuthGlobal.',
      },
      mount: {
        type: 'string',
        description:
          'Path at which the auth method is mounted in Vault, without "auth/". May be left to a VaultAuthGlobal. The method cert needs no value: it is cert then.',
      },
      params: {
        ...stringMap,
        description:
          'Kept for compatibility with VSO, which merges these values but never sends them.',
      },
      headers: { ...stringMap, description: 'Headers of the login request only.' },
      ...methods,
      storageEncryption,
    },
  },
  status: {
    type: 'object',
    description: 'What the operator found.',
    properties: {
      valid: { type: 'boolean', description: 'Whether the object can be used to log in.' },
      error: { type: 'string', description: 'Why it cannot.' },
      conditions,
      specHash: {
        type: 'string',
        description: 'Hash of the settings after merging the VaultAuthGlobal.',
      },
    },
  },
});

export type VaultAuthSpec = Infer<typeof vaultAuth.spec>;
export type VaultAuthStatus = Infer<typeof vaultAuth.status>;
export type VaultAuth = Resource<'VaultAuth', VaultAuthSpec, VaultAuthStatus>;
