/**
 * The login methods of Vault as VaultAuth and VaultAuthGlobal describe them. One value per method, so that both kinds
 * offer the same fields. No field is required here: a VaultAuth may take the rest from its VaultAuthGlobal, and what is
 * missing after merging is reported then.
 */
import type { Fields, StringSchema } from './schema.ts';
import { int64, stringList, stringMap } from './shared.ts';

/** The value of VaultAuth `spec.method` and VaultAuthGlobal `spec.defaultAuthMethod`. */
export const methodName = {
  type: 'string',
  enum: ['kubernetes', 'jwt', 'appRole', 'cert', 'aws', 'gcp'],
} as const satisfies StringSchema;

const role = { type: 'string', description: 'The role of the auth method in Vault.' } as const;

const audiences = {
  ...stringList,
  description:
    "Audiences of the service account's token. Vault compares them with the audience that its role is bound to. Without a value the token is for the API server's own audience, which is a warning, and is refused by the operator's option require-audience.",
} as const;

const tokenExpirationSeconds = {
  ...int64,
  default: 600,
  minimum: 600,
  description:
    "Lifetime of the service account's token in seconds. Kubernetes grants at least ten minutes. A VaultAuth that says 600, or nothing, takes what its VaultAuthGlobal says.",
} as const;

const kubernetes = {
  type: 'object',
  description: 'Settings of the method kubernetes: login with the token of a service account.',
  properties: {
    role,
    serviceAccount: {
      type: 'string',
      description:
        'The service account whose token is presented. It is looked up in the namespace of the object that asks for a secret, not in that of the VaultAuth.',
    },
    audiences,
    tokenExpirationSeconds,
  },
} as const satisfies Fields[string];

const jwt = {
  type: 'object',
  description: 'Settings of the method jwt: login with a JSON web token.',
  properties: {
    role,
    secretRef: {
      type: 'string',
      description:
        'Secret in the namespace of the asking object that holds the token under the key jwt. It is read for each login and looked at every minute: a new token is a new login. Ignored when serviceAccount is set.',
    },
    serviceAccount: {
      type: 'string',
      description: 'Service account in the namespace of the asking object whose token is used.',
    },
    audiences,
    tokenExpirationSeconds,
  },
} as const satisfies Fields[string];

const appRole = {
  type: 'object',
  description: 'Settings of the method appRole: login with a role id and a secret id.',
  properties: {
    roleId: { type: 'string', description: 'The role id of the AppRole.' },
    secretRef: {
      type: 'string',
      description:
        'Secret in the namespace of the asking object that holds the secret id under the key id. It is read for each login and looked at every minute: a new secret id is a new login. Excludes secretIDPath.',
    },
    secretIDPath: {
      type: 'string',
      description:
        "Absolute path of a file in the operator's pod, of at most 1 MiB, that holds the secret id; white space around it does not count. Watched as secretRef is. Paths below the operator's own service account, /proc, /sys and /dev are refused. Excludes secretRef.",
    },
  },
} as const satisfies Fields[string];

const cert = {
  type: 'object',
  description:
    'Settings of the method cert: login with the client certificate of the VaultConnection, which must be in the namespace of the VaultAuth.',
  properties: {
    role: {
      type: 'string',
      description:
        'The role of the auth method in Vault. Without a value Vault takes the first one that the certificate fits.',
    },
  },
} as const satisfies Fields[string];

const aws = {
  type: 'object',
  description:
    'Settings of the method aws: login with a signed request to AWS STS. Not acted on yet, as the method is not.',
  properties: {
    role,
    region: { type: 'string', description: 'The AWS region to sign for.' },
    headerValue: {
      type: 'string',
      description: 'Value of the header X-Vault-AWS-IAM-Server-ID, when Vault demands one.',
    },
    sessionName: { type: 'string', description: 'Session name of a role that is assumed.' },
    stsEndpoint: { type: 'string', description: 'URL of STS in place of the public one.' },
    iamEndpoint: { type: 'string', description: 'URL of IAM in place of the public one.' },
    secretRef: {
      type: 'string',
      description:
        'Secret in the namespace of the asking object with access_key_id, secret_access_key and perhaps session_token.',
    },
    irsaServiceAccount: {
      type: 'string',
      description:
        'Service account in the namespace of the asking object that is annotated with an IAM role.',
    },
  },
} as const satisfies Fields[string];

const gcp = {
  type: 'object',
  description:
    'Settings of the method gcp: login with a Google identity token. Not acted on yet, as the method is not.',
  properties: {
    role,
    workloadIdentityServiceAccount: {
      type: 'string',
      description:
        'Service account in the namespace of the asking object that is bound to a Google service account.',
    },
    region: {
      type: 'string',
      description: "Region of the cluster; the metadata server's answer without a value.",
    },
    clusterName: {
      type: 'string',
      description: "Name of the cluster; the metadata server's answer without a value.",
    },
    projectID: {
      type: 'string',
      description: "Google project; the metadata server's answer without a value.",
    },
  },
} as const satisfies Fields[string];

/** The method blocks of VaultAuth. */
export const methods = { kubernetes, jwt, appRole, cert, aws, gcp } as const satisfies Fields;

const loginDefaults = {
  namespace: {
    type: 'string',
    description: 'Vault namespace to log in to with this method, when the VaultAuth names none.',
  },
  mount: {
    type: 'string',
    description: 'Mount of this method in Vault, when the VaultAuth names none.',
  },
  params: {
    ...stringMap,
    description: 'Kept for compatibility with VSO, which merges these values but never sends them.',
  },
  headers: {
    ...stringMap,
    description: 'Headers of the login request with this method; see mergeStrategy of VaultAuth.',
  },
} as const satisfies Fields;

/** The method blocks of VaultAuthGlobal: those of VaultAuth, and where to log in with each. */
export const globalMethods = {
  kubernetes: { ...kubernetes, properties: { ...kubernetes.properties, ...loginDefaults } },
  jwt: { ...jwt, properties: { ...jwt.properties, ...loginDefaults } },
  appRole: { ...appRole, properties: { ...appRole.properties, ...loginDefaults } },
  cert: { ...cert, properties: { ...cert.properties, ...loginDefaults } },
  aws: { ...aws, properties: { ...aws.properties, ...loginDefaults } },
  gcp: { ...gcp, properties: { ...gcp.properties, ...loginDefaults } },
} as const satisfies Fields;
