/** The built-in kinds that the operator or its harness touches, as kube-apiserver serves them. */

import { DEFINITION_RULES } from './crds.ts';
import { EVENT_RULES, MODERN_EVENT_RULES } from './events.ts';
import type { Kind } from './kinds.ts';
import { LEASE_RULES } from './leases.ts';
import { NAMESPACE_RULES } from './namespace-rules.ts';
import { SECRET_RULES } from './secrets.ts';
import { WORKLOAD_RULES } from './workloads.ts';

const CORE: Kind = {
  group: '',
  versions: ['v1'],
  kind: '',
  resource: '',
  singular: '',
  shortNames: [],
  categories: [],
  namespaced: true,
  hasStatus: false,
  generation: 'none',
  unconditionalUpdate: true,
  createOnUpdate: false,
  selectableFields: [],
  subresources: [],
};

function named(kind: string, shortNames: string[], more: Partial<Kind>): Kind {
  const singular = kind.toLowerCase();
  return { ...CORE, kind, singular, resource: `${singular}s`, shortNames, ...more };
}

const workload = { group: 'apps', hasStatus: true, categories: ['all'], rules: WORKLOAD_RULES };
const rbac = { group: 'rbac.authorization.k8s.io' };
const event = {
  unconditionalUpdate: true,
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.uid',
    'reason',
    'type',
  ],
  rules: EVENT_RULES,
};

export const BUILTINS: readonly Kind[] = [
  named('Namespace', ['ns'], { namespaced: false, hasStatus: true, rules: NAMESPACE_RULES }),
  named('Secret', [], { selectableFields: ['type'], rules: SECRET_RULES }),
  named('ConfigMap', ['cm'], {}),
  named('ServiceAccount', ['sa'], { subresources: ['token'] }),
  named('Service', ['svc'], { categories: ['all'], hasStatus: true }),
  named('Event', ['ev'], event),
  named('Event', ['ev'], { ...event, group: 'events.k8s.io', rules: MODERN_EVENT_RULES }),
  named('Deployment', ['deploy'], { ...workload, generation: 'specOrAnnotations' }),
  named('DaemonSet', ['ds'], { ...workload, generation: 'spec' }),
  named('StatefulSet', ['sts'], { ...workload, generation: 'spec' }),
  named('Lease', [], {
    group: 'coordination.k8s.io',
    unconditionalUpdate: false,
    createOnUpdate: true,
    rules: LEASE_RULES,
  }),
  named('Role', [], rbac),
  named('RoleBinding', [], rbac),
  named('ClusterRole', [], { ...rbac, namespaced: false }),
  named('ClusterRoleBinding', [], { ...rbac, namespaced: false }),
  named('CustomResourceDefinition', ['crd', 'crds'], {
    group: 'apiextensions.k8s.io',
    categories: ['api-extensions'],
    namespaced: false,
    hasStatus: true,
    generation: 'spec',
    unconditionalUpdate: false,
    rules: DEFINITION_RULES,
  }),
];
