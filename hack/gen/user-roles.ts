/** ClusterRoles for people: of each kind one that may look and one that may edit, named and labelled as VSO's. */
import { stringify } from 'yaml';
import { GROUP } from '../../src/api/group.ts';
import { KINDS } from '../../src/api/kinds.ts';

const LOOK = ['get', 'list', 'watch'];
const EDIT = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

export function userRoles(): string {
  const roles = Object.values(KINDS).flatMap(({ kind, plural }) => [
    role(kind, plural, 'viewer', LOOK),
    role(kind, plural, 'editor', EDIT),
  ]);
  return roles.map((each) => stringify(each, { lineWidth: 100 })).join('---\n');
}

/** Nobody but the operator writes a status. */
function role(kind: string, plural: string, user: 'viewer' | 'editor', verbs: readonly string[]) {
  const name = `${kind.toLowerCase()}-${user}-role`;
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name: `vault-secrets-operator-${name}`,
      labels: {
        'vso.hashicorp.com/role-instance': name,
        [`vso.hashicorp.com/aggregate-to-${user}`]: 'true',
      },
    },
    rules: [
      { apiGroups: [GROUP], resources: [plural], verbs: [...verbs] },
      { apiGroups: [GROUP], resources: [`${plural}/status`], verbs: ['get'] },
    ],
  };
}
