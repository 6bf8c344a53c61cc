/**
 * OpenAPI v3 as far as kubectl reads it: which kinds take server-side field validation, and the schemas of custom
 * resources for `kubectl explain`.
 */
import { apiVersionOf, type Kind, type Kinds } from './kinds.ts';
import { type Fields, fieldsOf } from './objects.ts';

export function openapiV3Index(kinds: Kinds): Fields {
  const names = kinds
    .all()
    .flatMap((kind) => kind.versions.map((version) => pathOf(kind.group, version)));
  const paths = names.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }]);
  return { paths: Object.fromEntries(paths) };
}

/** undefined: no such group and version. */
export function openapiV3(kinds: Kinds, path: string): Fields | undefined {
  const served = kinds
    .all()
    .flatMap((kind) => kind.versions.map((version) => ({ kind, version })))
    .filter(({ kind, version }) => pathOf(kind.group, version) === path);
  if (served.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.37.2' },
    paths: Object.fromEntries(served.flatMap(({ kind, version }) => pathsOf(kind, version))),
    components: {
      schemas: Object.fromEntries(served.map(({ kind, version }) => schemaOf(kind, version))),
    },
  };
}

function pathOf(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function pathsOf(kind: Kind, version: string): [string, Fields][] {
  const scope = kind.namespaced ? 'namespaces/{namespace}/' : '';
  const collection = `/${pathOf(kind.group, version)}/${scope}${kind.resource}`;
  const operation = (action: string): Fields => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: kind.group, version, kind: kind.kind },
    parameters: ['fieldValidation', 'dryRun', 'fieldManager'].map((name) => ({
      name,
      in: 'query',
    })),
    responses: {},
  });
  return [
    [collection, { get: operation('list'), post: operation('post') }],
    [
      `${collection}/{name}`,
      { get: operation('get'), patch: operation('patch'), put: operation('put') },
    ],
  ];
}

function schemaOf(kind: Kind, version: string): [string, Fields] {
  const gvk = { group: kind.group, version, kind: kind.kind };
  const schema = fieldsOf(kind.custom?.reading(version).schema ?? { type: 'object' });
  const name = [...apiVersionOf(kind.group, version).split('/'), kind.kind].join('.');
  return [name, { ...schema, 'x-kubernetes-group-version-kind': [gvk] }];
}
