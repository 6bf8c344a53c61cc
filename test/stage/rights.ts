/**
 * The manifests under which the operator runs, moved into a namespace as kustomize would: config/crd, config/rbac and the
 * component encrypted-records.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from './kube-admin.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const SERVICE_ACCOUNT = 'controller-manager';
const PLACEHOLDER = 'system';
const DEFAULT_NAMESPACE = 'vault-secrets-operator-system';
const MANAGER_ROLE = 'manager-role';

export function crds(): readonly KubeObject[] {
  return manifests('config/crd/bases/*.yaml');
}

/** Service account, roles and bindings of the operator in this namespace. */
export function rights(namespace: string): readonly KubeObject[] {
  const found = manifests('config/rbac/**/*.yaml').filter(({ kind }) => kind !== 'Kustomization');
  return moved(found, PLACEHOLDER, namespace);
}

/** What the component encrypted-records brings into this namespace. */
export function encryptedRecords(namespace: string): readonly KubeObject[] {
  const found = manifests('config/components/encrypted-records/*.yaml');
  const brought = found.filter(({ kind }) => !['Component', 'Deployment'].includes(kind));
  return moved(brought, DEFAULT_NAMESPACE, namespace);
}

function moved(found: readonly KubeObject[], from: string, to: string): readonly KubeObject[] {
  return JSON.parse(
    JSON.stringify(found).replaceAll(`"namespace":"${from}"`, `"namespace":"${to}"`),
  );
}

/** As the component config/components/namespaced and config/tenant have it: Roles in these namespaces and no ClusterRole. */
export function namespacedRights(
  namespace: string,
  watched: readonly string[],
): readonly KubeObject[] {
  const all = rights(namespace);
  const role = all.find(({ metadata }) => metadata.name === MANAGER_ROLE);
  const binding = all.find(({ roleRef }) => roleRef?.name === MANAGER_ROLE);
  if (!role || !binding) throw new Error(`${MANAGER_ROLE} or its binding is not in config/rbac`);
  return [
    ...all.filter(({ kind }) => !kind.startsWith('ClusterRole')),
    ...[namespace, ...watched].flatMap((home) => [
      { ...role, kind: 'Role', metadata: { ...role.metadata, namespace: home } },
      {
        ...binding,
        kind: 'RoleBinding',
        metadata: { ...binding.metadata, namespace: home },
        roleRef: { ...binding['roleRef'], kind: 'Role' },
      },
    ]),
  ];
}

function manifests(pattern: string): readonly KubeObject[] {
  const files = globSync(pattern, { cwd: ROOT }).sort();
  if (files.length === 0) throw new Error(`no manifest matches ${pattern}`);
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(ROOT, file), 'utf8')).map((document) => document.toJS()),
  );
}
