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
  readonly name: string;
}

/** Below /namespaces/NAME these are the namespace's own, not resources in it. */
const OF_NAMESPACE: readonly string[] = ['status', 'finalize'];

/** undefined: the path is not of a resource (discovery, health). */
export function route(method: string, url: URL): Route | undefined {
  const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group = '', version = ''] = core ? ['', parts[1]] : [parts[1], parts[2]];
  const place = placeOf(parts.slice(core ? 2 : 3));
  if (place === undefined) return undefined;
  const named = place.name !== '';
  const name = named ? place.name : selectedName(url.searchParams.get('fieldSelector') ?? '');
  const verb = verbOf(method, named, isTrue(url.searchParams.get('watch')));
  return verb && { group, version, ...place, verb, name };
}

export function isTrue(value: string | null): boolean {
  return value === '1' || value === 'true';
}

type Place = Pick<Route, 'resource' | 'subresource' | 'namespace' | 'name'>;

function placeOf(parts: readonly string[]): Place | undefined {
  const [resource = '', name = '', third, fourth = '', fifth = ''] = parts;
  if (resource === '') return undefined;
  if (resource !== 'namespaces')
    return { resource, name, subresource: third ?? '', namespace: undefined };
  const own = third === undefined || OF_NAMESPACE.includes(third);
  if (own) return { resource, name, subresource: third ?? '', namespace: name || undefined };
  return { resource: third, name: fourth, subresource: fifth, namespace: name };
}

function verbOf(method: string, named: boolean, watch: boolean): RequestVerb | undefined {
  switch (method) {
    case 'GET':
      if (watch) return 'watch';
      return named ? 'get' : 'list';
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
