/** Fields that several kinds of VSO 1.4.1 have in common, as vso-fields.ts writes them. */

export const DUR = 'pattern=^([0-9]+(\\.[0-9]+)?(s|m|h))$';

export const CONDITIONS = `
conditions array
conditions[] object
conditions[].lastTransitionTime string required format=date-time
conditions[].message string required maxLength=32768
conditions[].observedGeneration integer format=int64 minimum=0
conditions[].reason string required minLength=1 maxLength=1024 pattern=^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$
conditions[].status string required enum=True|False|Unknown
conditions[].type string required maxLength=316 pattern=^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`;

export const DESTINATION = `
destination object required
destination.name string required
destination.create boolean default=false
destination.overwrite boolean default=false
destination.labels map
destination.labels.* string
destination.annotations map
destination.annotations.* string
destination.type string
destination.transformation object
destination.transformation.templates map
destination.transformation.templates.* object
destination.transformation.templates.*.name string
destination.transformation.templates.*.text string required
destination.transformation.transformationRefs array
destination.transformation.transformationRefs[] object
destination.transformation.transformationRefs[].name string required
destination.transformation.transformationRefs[].namespace string
destination.transformation.transformationRefs[].templateRefs array
destination.transformation.transformationRefs[].templateRefs[] object
destination.transformation.transformationRefs[].templateRefs[].name string required
destination.transformation.transformationRefs[].templateRefs[].keyOverride string
destination.transformation.transformationRefs[].ignoreIncludes boolean
destination.transformation.transformationRefs[].ignoreExcludes boolean
destination.transformation.includes array
destination.transformation.includes[] string
destination.transformation.excludes array
destination.transformation.excludes[] string
destination.transformation.excludeRaw boolean`;

export const TARGETS = `
rolloutRestartTargets array
rolloutRestartTargets[] object
rolloutRestartTargets[].kind string required enum=Deployment|DaemonSet|StatefulSet|argo.Rollout
rolloutRestartTargets[].name string required`;

export const CLIENT_META = `
vaultClientMeta object
vaultClientMeta.cacheKey string
vaultClientMeta.id string`;

const METHODS: Readonly<Record<string, string>> = {
  kubernetes: `
role string
serviceAccount string
audiences array
audiences[] string
tokenExpirationSeconds integer format=int64 default=600 minimum=600`,
  jwt: `
role string
secretRef string
serviceAccount string
audiences array
audiences[] string
tokenExpirationSeconds integer format=int64 default=600 minimum=600`,
  appRole: `
roleId string
secretRef string
secretIDPath string`,
  /** A method of ours, as is its word in the lists of methods. */
  cert: `
role string`,
  aws: `
role string
region string
headerValue string
sessionName string
stsEndpoint string
iamEndpoint string
secretRef string
irsaServiceAccount string`,
  gcp: `
role string
workloadIdentityServiceAccount string
region string
clusterName string
projectID string`,
};

export const GLOBAL_METHOD = `
namespace string
mount string
params map
params.* string
headers map
headers.* string`;

/** The blocks of the login methods, each with the extra fields. */
export function methods(extra: string): string {
  const blocks = Object.entries(METHODS).map(([name, fields]) => {
    const below = `${fields}${extra}`.trim().split('\n');
    return [`${name} object`, ...below.map((line) => `${name}.${line}`)].join('\n');
  });
  return `\n${blocks.join('\n')}`;
}
