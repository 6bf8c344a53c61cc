/** VaultAuthGlobal: what many VaultAuth objects have in common. Nothing is done with it on its own. */
import { globalMethods, methodName } from './auth-methods.ts';
import { defineKind } from './group.ts';
import type { Resource } from './object.ts';
import type { Infer } from './schema.ts';
import { stringList, stringMap } from './shared.ts';

export const vaultAuthGlobal = defineKind({
  kind: 'VaultAuthGlobal',
  description:
    'Settings that many VaultAuth objects share. A VaultAuth that refers to it takes from here what it leaves unset. It has no conditions: what is wrong with it shows at the VaultAuth objects that use it.',
  actedOn: true,
  columns: [],
  spec: {
    type: 'object',
    description: 'The shared settings.',
    properties: {
      allowedNamespaces: {
        ...stringList,
        description:
          'Namespaces whose VaultAuth objects may use this object, besides its own. Names are compared as a whole; the single entry "*" allows all. The VaultAuthGlobal "default" in the namespace of the operator is open to all.',
      },
      vaultConnectionRef: {
        type: 'string',
        description:
          'The VaultConnection of VaultAuth objects that name none, as "name" or "namespace/name".',
      },
      defaultVaultNamespace: {
        type: 'string',
        description:
          'Vault namespace to log in to when neither the VaultAuth nor the block of its method names one.',
      },
      defaultAuthMethod: {
        ...methodName,
        description:
          'Auth method of VaultAuth objects that name none. aws and gcp are not acted on yet: a VaultAuth that is left with one of them is refused.',
      },
      defaultMount: {
        type: 'string',
        description:
          'Mount of the auth method when neither the VaultAuth nor the block of its method names one.',
      },
      params: {
        ...stringMap,
        description:
          'Kept for compatibility with VSO, which merges these values but never sends them.',
      },
      headers: {
        ...stringMap,
        description:
          'Headers of the login request; see mergeStrategy of VaultAuth. Headers in the block of a method win over these.',
      },
      ...globalMethods,
    },
  },
  status: {
    type: 'object',
    description: 'Kept for compatibility; nothing is written here.',
    properties: {
      valid: { type: 'boolean', description: 'Not used.' },
      error: { type: 'string', description: 'Not used.' },
    },
  },
});

export type VaultAuthGlobalSpec = Infer<typeof vaultAuthGlobal.spec>;
export type VaultAuthGlobalStatus = Infer<typeof vaultAuthGlobal.status>;
export type VaultAuthGlobal = Resource<
  'VaultAuthGlobal',
  VaultAuthGlobalSpec,
  VaultAuthGlobalStatus
>;
