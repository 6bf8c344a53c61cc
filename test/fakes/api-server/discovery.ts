/** What clients read before they act: groups, versions, resources, the server's version, its health. */
import { apiVersionOf, type Kind, type Kinds } from './kinds.ts';
import type { Fields } from './objects.ts';
import { openapiV3, openapiV3Index } from './openapi.ts';

/** The version whose behaviour is copied. */
const VERSION = { major: '1', minor: '37', gitVersion: 'v1.37.2', platform: 'linux/amd64' };

const REVIEWS: readonly (readonly [group: string, kind: string])[] = [
  ['authentication.k8s.io', 'TokenReview'],
  ['authorization.k8s.io', 'SubjectAccessReview'],
  ['authorization.k8s.io', 'SelfSubjectAccessReview'],
];

/** A body for the path, text or JSON; undefined when there is nothing. */
export function discover(kinds: Kinds, path: string): unknown {
  const [root = '', ...rest] = path.split('/').filter(Boolean);
  switch (root) {
    case 'api':
      return rest.length > 1 ? undefined : ofCore(kinds, rest[0]);
    case 'apis':
      return rest.length > 2 ? undefined : ofGroups(kinds, rest);
    case 'openapi':
      return rest[0] === 'v3' ? openapi(kinds, rest.slice(1).join('/')) : undefined;
    case 'version':
      return VERSION;
    default:
      return ['readyz', 'healthz', 'livez'].includes(root) ? 'ok' : undefined;
  }
}

function ofCore(kinds: Kinds, version: string | undefined): unknown {
  if (version === undefined)
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  return version === 'v1' ? resourceList(kinds, '', 'v1') : undefined;
}

function ofGroups(kinds: Kinds, [group, version = '']: readonly string[]): unknown {
  if (group === undefined) return groupList(kinds);
  const versions = versionsOf(kinds, group);
  if (version === '')
    return versions.length > 0
      ? { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, versions) }
      : undefined;
  return versions.includes(version) ? resourceList(kinds, group, version) : undefined;
}

function versionsOf(kinds: Kinds, group: string): string[] {
  const served = kinds
    .all()
    .filter((kind) => kind.group === group)
    .flatMap((kind) => kind.versions);
  return [...new Set([...served, ...(REVIEWS.some(([each]) => each === group) ? ['v1'] : [])])];
}

function groupList(kinds: Kinds): Fields {
  const all = [...kinds.all().map((kind) => kind.group), ...REVIEWS.map(([group]) => group)];
  const groups = [...new Set(all)].filter((group) => group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map((group) => apiGroup(group, versionsOf(kinds, group))),
  };
}

function apiGroup(name: string, names: readonly string[]): Fields {
  const versions = names.map((version) => ({ groupVersion: apiVersionOf(name, version), version }));
  return { name, versions, preferredVersion: versions[0] };
}

function resourceList(kinds: Kinds, group: string, version: string): Fields {
  const served = kinds
    .all()
    .filter((kind) => kind.group === group && kind.versions.includes(version));
  const reviews = REVIEWS.filter(([each]) => each === group).map(([, kind]) =>
    reviewResource(kind),
  );
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: [...served.flatMap(resourcesOf), ...reviews],
  };
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function resourcesOf(kind: Kind): Fields[] {
  const { resource: name, singular: singularName, namespaced, shortNames, categories } = kind;
  const common = { singularName: '', namespaced, kind: kind.kind };
  const status = { ...common, name: `${name}/status`, verbs: ['get', 'patch', 'update'] };
  const token = {
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
    verbs: ['create'],
  };
  return [
    { ...common, name, singularName, verbs: VERBS, shortNames, categories },
    ...(kind.hasStatus ? [status] : []),
    ...kind.subresources.map((each) => ({ ...common, name: `${name}/${each}`, ...token })),
  ];
}

function reviewResource(kind: string): Fields {
  const singularName = kind.toLowerCase();
  return { name: `${singularName}s`, singularName, namespaced: false, kind, verbs: ['create'] };
}

function openapi(kinds: Kinds, path: string): unknown {
  return path === '' ? openapiV3Index(kinds) : openapiV3(kinds, path);
}
