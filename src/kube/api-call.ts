/**
 * One call of the Kubernetes API in the words of its RBAC: verb, group, resource, namespace. Promises that a path
 * is built from encoded segments, and that a path made elsewhere (client-node's API classes) is read back into the
 * same words, so that metrics, faults and recorded grants never depend on who made the call.
 */

export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection';

/** A resource as the API serves it; the core group is "". */
export interface Route {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** What a call is about: everything that RBAC looks at. */
export interface CallSubject {
  readonly verb: Verb;
  readonly group: string;
  /** Plural, such as `secrets`. */
  readonly resource: string;
  /** "" when none. */
  readonly subresource: string;
  /** "" for all namespaces and for resources without one. */
  readonly namespace: string;
  /** "" for collections. */
  readonly name: string;
}

export interface ApiCall {
  readonly verb: Verb;
  readonly route: Route;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

const METHODS: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

export function methodOf(verb: Verb): string {
  return METHODS[verb];
}

export function subjectOf(call: ApiCall): CallSubject {
  return {
    verb: call.verb,
    group: call.route.group,
    resource: call.route.plural,
    subresource: call.subresource ?? '',
    namespace: call.namespace ?? '',
    name: call.name ?? '',
  };
}

/** Path and query of a call, without the server's own prefix. */
export function pathOf(call: ApiCall): string {
  const { group, version, plural } = call.route;
  const segments = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(call.namespace === undefined ? [] : ['namespaces', call.namespace]),
    plural,
    ...(call.name === undefined ? [] : [call.name]),
    ...(call.subresource === undefined ? [] : [call.subresource]),
  ];
  const path = `/${segments.map(encodeURIComponent).join('/')}`;
  return call.query === undefined ? path : `${path}?${new URLSearchParams(call.query).toString()}`;
}

/** The subject of a request that someone else built; the inverse of `pathOf` (as the API server's RequestInfo). */
export function subjectOfPath(method: string, path: string): CallSubject {
  const pathname = path.replace(/\?.*$/su, '');
  const segments = pathname.slice(1).split('/').map(decodeURIComponent);
  const [group, rest] =
    segments[0] === 'apis' ? [segments[1], segments.slice(3)] : ['', segments.slice(2)];
  const scoped = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name = '', subresource = ''] = scoped ? rest.slice(2) : rest;
  return {
    verb: verbOf(method, name !== '', /[?&]watch=/u.test(path)),
    group: group ?? '',
    resource,
    subresource,
    namespace: (scoped ? rest[1] : '') ?? '',
    name,
  };
}

/** For messages: `patch deployments.apps/scale in namespace "shop"`. */
export function sayCall(subject: CallSubject): string {
  const group = subject.group === '' ? '' : `.${subject.group}`;
  const subresource = subject.subresource === '' ? '' : `/${subject.subresource}`;
  const place = subject.namespace === '' ? '' : ` in namespace "${subject.namespace}"`;
  return `${subject.verb} ${subject.resource}${group}${subresource}${place}`;
}

function verbOf(method: string, named: boolean, watch: boolean): Verb {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return named ? 'get' : watch ? 'watch' : 'list';
  }
}
