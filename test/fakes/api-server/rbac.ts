/**
 * RBAC as kube-apiserver evaluates it: bindings of the user, its groups or its service account, rules by verb,
 * API group, resource, subresource and name. Administrators (system:masters) may do everything.
 */
import { at, type Fields, fieldsOf, listOf, type Thing, textOf, textsOf } from './objects.ts';
import type { Store } from './store.ts';
import type { Identity } from './tokens.ts';

export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** A path outside the resources, such as /version. */
  readonly path?: string;
}

const ROLES = 'roles.rbac.authorization.k8s.io';
const ROLE_BINDINGS = 'rolebindings.rbac.authorization.k8s.io';
const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io';
const CLUSTER_BINDINGS = 'clusterrolebindings.rbac.authorization.k8s.io';

/** What the bootstrap roles system:discovery and system:public-info-viewer allow. */
const DISCOVERY = /^\/(api|apis|openapi)(\/|$)/;
const PUBLIC = /^\/(version|healthz|livez|readyz)(\/|$)/;

export function isAllowed(store: Store, who: Identity, access: Access): boolean {
  if (who.groups.includes('system:masters')) return true;
  if (access.path !== undefined && isPublic(who, access.path)) return true;
  if (isSelfReview(who, access)) return true;
  return rulesFor(store, who, access.namespace).some((rule) => permits(rule, access));
}

export function whyForbidden(who: Identity, access: Access): string {
  const { verb, group, resource, subresource, namespace, path } = access;
  const user = `User "${who.username}" cannot ${verb}`;
  if (path !== undefined) return `${user} path "${path}"`;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const scope =
    namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${user} resource "${full}" in API group "${group}" ${scope}`;
}

function isPublic(who: Identity, path: string): boolean {
  return PUBLIC.test(path) || (who.groups.includes('system:authenticated') && DISCOVERY.test(path));
}

/** system:basic-user. */
function isSelfReview(who: Identity, { verb, group, resource }: Access): boolean {
  const self = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'];
  const known = who.groups.includes('system:authenticated');
  return known && verb === 'create' && group.endsWith('.k8s.io') && self.includes(resource);
}

function rulesFor(store: Store, who: Identity, namespace: string | undefined): Fields[] {
  const local = namespace === undefined ? [] : store.list(ROLE_BINDINGS, namespace);
  const bindings = [...store.list(CLUSTER_BINDINGS), ...local];
  const mine = bindings.filter((binding) => bindsTo(binding, who));
  return mine.flatMap((binding) => rulesOf(store, binding));
}

function bindsTo(binding: Thing, who: Identity): boolean {
  return listOf(binding['subjects'])
    .map(fieldsOf)
    .some((subject) => {
      const name = textOf(subject['name']);
      if (subject['kind'] === 'Group') return who.groups.includes(name);
      if (subject['kind'] === 'User') return who.username === name;
      const home = textOf(subject['namespace']) || binding.metadata.namespace;
      return who.username === `system:serviceaccount:${home}:${name}`;
    });
}

function rulesOf(store: Store, binding: Thing): Fields[] {
  const name = textOf(at(binding, 'roleRef', 'name'));
  if (at(binding, 'roleRef', 'kind') === 'Role')
    return listOf(store.get(ROLES, binding.metadata.namespace, name)?.['rules']).map(fieldsOf);
  const role = store.get(CLUSTER_ROLES, undefined, name);
  return role === undefined ? [] : [...ownRules(role), ...aggregated(store, role)];
}

function ownRules(role: Thing): Fields[] {
  return listOf(role['rules']).map(fieldsOf);
}

function aggregated(store: Store, role: Thing): Fields[] {
  const selectors = listOf(at(role, 'aggregationRule', 'clusterRoleSelectors')).map(fieldsOf);
  if (selectors.length === 0) return [];
  const chosen = store
    .list(CLUSTER_ROLES)
    .filter((other) =>
      selectors.some((selector) =>
        Object.entries(fieldsOf(selector['matchLabels'])).every(
          ([key, value]) => other.metadata.labels?.[key] === value,
        ),
      ),
    );
  return chosen.flatMap(ownRules);
}

function permits(rule: Fields, access: Access): boolean {
  if (!anyOf(rule['verbs'], access.verb)) return false;
  if (access.path !== undefined) return permitsPath(rule, access.path);
  const names = textsOf(rule['resourceNames']);
  return (
    anyOf(rule['apiGroups'], access.group) &&
    permitsResource(rule, access) &&
    (names.length === 0 || names.includes(access.name))
  );
}

function permitsResource(rule: Fields, { resource, subresource }: Access): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const listed = textsOf(rule['resources']);
  if (listed.includes('*') || listed.includes(full)) return true;
  return subresource !== '' && listed.includes(`*/${subresource}`);
}

function permitsPath(rule: Fields, path: string): boolean {
  const listed = textsOf(rule['nonResourceURLs']);
  return listed.some((each) =>
    each.endsWith('*') ? path.startsWith(each.slice(0, -1)) : each === path,
  );
}

function anyOf(listed: unknown, wanted: string): boolean {
  const names = textsOf(listed);
  return names.includes('*') || names.includes(wanted);
}
