/** What a request asks for, from its method and URL alone, as kube-apiserver's RequestInfo resolves it. */
import { selectedName } from './selectors.ts';

export type RequestVerb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection';

export interface Route {
  readonly verb: RequestVerb;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  /** From the path, else from a field selector on metadata.name. */
  readonly name: string;
  /** The path itself names an object. */
  readonly named: boolean;
}

/** Below /namespaces/NAME these are the namespace's own, not resources in it. */
const OF_NAMESPACE: readonly string[] = ['status', 'finalize'];

/** undefined: the path is not of a resource (discovery, health). */
export function route(method: string, url: URL): Route | undefined {
  const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const [root, ...rest] = parts;
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group = '', version = '', ...below] = root === 'api' ? ['', ...rest] : rest;
  const place = placeOf(below);
  const verb = verbOf(method, place.name !== '', isTrue(url.searchParams.get('watch')));
  if (place.resource === '' || verb === undefined) return undefined;
  const name = place.name || selectedName(url.searchParams.get('fieldSelector') ?? '');
  return { group, version, ...place, verb, named: place.name !== '', name };
}

export function isTrue(value: string | null): boolean {
  return value === '1' || value === 'true';
}

type Place = Pick<Route, 'resource' | 'subresource' | 'namespace' | 'name'>;

function placeOf(parts: readonly string[]): Place {
  const [first = '', second = '', third = ''] = parts;
  if (first !== 'namespaces')
    return { resource: first, name: second, subresource: third, namespace: undefined };
  if (third === '' || OF_NAMESPACE.includes(third))
    return { resource: first, name: second, subresource: third, namespace: second || undefined };
  return { ...placeOf(parts.slice(2)), namespace: second };
}

function verbOf(method: string, named: boolean, watch: boolean): RequestVerb | undefined {
  switch (method) {
    case 'GET':
      return named ? 'get' : listOrWatch(watch);
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}

/** A watch names its object by a field selector; with a name in the path it is a plain get. */
function listOrWatch(watch: boolean): RequestVerb {
  return watch ? 'watch' : 'list';
}
