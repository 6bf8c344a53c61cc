/**
 * The interface of VSO 1.4.1 as data, written from its documentation and independent of src/api: one line per field,
 * "path type rules...". `relaxed` marks a status field that VSO requires and we do not, because a first status patch
 * holds only what is known by then; `ours` marks the fields that VSO
 * does not have.
 */

import {
  CLIENT_META,
  CONDITIONS,
  DESTINATION,
  DUR,
  GLOBAL_METHOD,
  methods,
  TARGETS,
} from './vso-shared-fields.ts';

const SYNCED = ['Synced SecretSynced', 'Healthy Healthy', 'Ready Ready', 'Age'];
const HEALTHY = ['Healthy Healthy', 'Ready Ready', 'Age'];

export interface KindFacts {
  readonly plural: string;
  /** "Name ConditionType", or Age. */
  readonly columns: readonly string[];
  readonly spec: string;
  readonly status: string;
}

export const VSO: Readonly<Record<string, KindFacts>> = {
  VaultConnection: {
    plural: 'vaultconnections',
    columns: HEALTHY,
    spec: `
address string required
headers map
headers.* string
tlsServerName string
caCertSecretRef string
caCertPath string
clientCertSecretRef string ours
skipTLSVerify boolean required default=false
timeout string ${DUR}`,
    status: `
valid boolean relaxed${CONDITIONS}`,
  },

  VaultAuth: {
    plural: 'vaultauths',
    columns: HEALTHY,
    spec: `
vaultConnectionRef string
vaultAuthGlobalRef object
vaultAuthGlobalRef.name string pattern=^([a-z0-9.-]{1,253})$
vaultAuthGlobalRef.namespace string pattern=^([a-z0-9-]{1,63})$
vaultAuthGlobalRef.allowDefault boolean
vaultAuthGlobalRef.mergeStrategy object
vaultAuthGlobalRef.mergeStrategy.headers string enum=union|replace|none
vaultAuthGlobalRef.mergeStrategy.params string enum=union|replace|none
namespace string
allowedNamespaces array
allowedNamespaces[] string
method string enum=kubernetes|jwt|appRole|cert|aws|gcp
mount string
params map
params.* string
headers map
headers.* string${methods('')}
storageEncryption object
storageEncryption.mount string required
storageEncryption.keyName string required`,
    status: `
valid boolean
error string
specHash string${CONDITIONS}`,
  },

  VaultAuthGlobal: {
    plural: 'vaultauthglobals',
    columns: [],
    spec: `
allowedNamespaces array
allowedNamespaces[] string
vaultConnectionRef string
defaultVaultNamespace string
defaultAuthMethod string enum=kubernetes|jwt|appRole|cert|aws|gcp
defaultMount string
params map
params.* string
headers map
headers.* string${methods(GLOBAL_METHOD)}`,
    status: `
valid boolean relaxed
error string relaxed`,
  },

  VaultStaticSecret: {
    plural: 'vaultstaticsecrets',
    columns: SYNCED,
    spec: `
vaultAuthRef string
namespace string
mount string required
path string required
type string required enum=kv-v1|kv-v2
version integer minimum=0
refreshAfter string ${DUR}
hmacSecretData boolean default=true
syncConfig object
syncConfig.instantUpdates boolean${TARGETS}${DESTINATION}`,
    status: `
lastGeneration integer format=int64 relaxed
secretMAC string
handledSyncRequest string ours
handledRotateRequest string ours${CLIENT_META}${CONDITIONS}`,
  },

  VaultDynamicSecret: {
    plural: 'vaultdynamicsecrets',
    columns: SYNCED,
    spec: `
vaultAuthRef string
namespace string
mount string required
path string required
requestHTTPMethod string enum=GET|POST|PUT
params map
params.* string
renewalPercent integer default=67 minimum=0 maximum=90
revoke boolean
allowStaticCreds boolean
refreshAfter string ${DUR}${TARGETS}${DESTINATION}`,
    status: `
lastRenewalTime integer format=int64 relaxed
lastGeneration integer format=int64 relaxed
secretLease object relaxed
secretLease.id string required
secretLease.duration integer required
secretLease.renewable boolean required
secretLease.requestID string required
staticCredsMetaData object
staticCredsMetaData.lastVaultRotation integer required format=int64
staticCredsMetaData.rotationPeriod integer required format=int64
staticCredsMetaData.rotationSchedule string
staticCredsMetaData.ttl integer required format=int64
lastRuntimePodUID string
secretMAC string
revision string ours
restartedRevision string ours
tokenRenewalTime integer format=int64 ours
handledSyncRequest string ours
handledRotateRequest string ours${CLIENT_META}${CONDITIONS}`,
  },

  VaultPKISecret: {
    plural: 'vaultpkisecrets',
    columns: SYNCED,
    spec: `
vaultAuthRef string
namespace string
mount string required
role string required
issuerRef string
commonName string
altNames array
altNames[] string
ipSans array
ipSans[] string
uriSans array
uriSans[] string
otherSans array
otherSans[] string
userIDs array
userIDs[] string
ttl string pattern=^([0-9]+(\\.[0-9]+)?(s|m|h|d))$
notAfter string
format string
privateKeyFormat string
excludeCNFromSans boolean
expiryOffset string ${DUR}
revoke boolean
clear boolean${TARGETS}${DESTINATION}`,
    status: `
serialNumber string
expiration integer format=int64
lastGeneration integer format=int64 relaxed
lastRotation integer format=int64 relaxed
secretMAC string
valid boolean relaxed
error string relaxed
handledSyncRequest string ours
handledRotateRequest string ours${CONDITIONS}`,
  },

  SecretTransformation: {
    plural: 'secrettransformations',
    columns: HEALTHY,
    spec: `
templates map
templates.* object
templates.*.name string
templates.*.text string required
sourceTemplates array
sourceTemplates[] object
sourceTemplates[].name string
sourceTemplates[].text string required
includes array
includes[] string
excludes array
excludes[] string`,
    status: `
valid boolean relaxed
error string relaxed${CONDITIONS}`,
  },
};
