/**
 * Whether a route leads to something served: the kind behind it, or the refusal that kube-apiserver gives.
 * Built-in kinds and custom ones refuse in different ways.
 */
import type { Kind, Kinds } from './kinds.ts';
import type { RequestVerb, Route } from './route.ts';
import { badRequest, methodNotAllowed, notFound, PageNotFound, unknownResource } from './status.ts';

export function kindFor(kinds: Kinds, route: Route): Kind {
  const kind = kinds.find(route.group, route.version, route.resource);
  if (kind === undefined) throw nothingThere(kinds, route);
  if (kind.custom) assertCustom(kind, route);
  else assertBuiltin(kind, route);
  return kind;
}

function nothingThere(kinds: Kinds, { group }: Route): Error {
  const builtin = kinds.all().some((kind) => kind.group === group && !kind.custom);
  return builtin ? unknownResource() : new PageNotFound();
}

function assertCustom(kind: Kind, route: Route): void {
  if (!isPlaced(kind, route)) throw new PageNotFound();
  if (!hasSubresource(kind, route.subresource)) throw notFound(kind, route.name);
  const nameless = !route.named && (route.verb === 'update' || route.verb === 'patch');
  if (nameless) throw badRequest('name must be provided');
}

function assertBuiltin(kind: Kind, route: Route): void {
  const { subresource, verb, named } = route;
  if (!isPlaced(kind, route)) throw methodNotAllowed();
  if (kind.subresources.includes(subresource)) {
    if (verb !== 'create') throw methodNotAllowed();
    return;
  }
  if (!hasSubresource(kind, subresource)) throw unknownResource();
  if (named !== (NAMED[verb] ?? named)) throw methodNotAllowed();
}

function hasSubresource(kind: Kind, subresource: string): boolean {
  return subresource === '' || (subresource === 'status' && kind.hasStatus);
}

/** Whether the path of these verbs ends in an object's name. */
const NAMED: Readonly<Partial<Record<RequestVerb, boolean>>> = {
  create: false,
  update: true,
  patch: true,
};

/** A namespaced kind is met in a namespace, and across all of them only to list and watch. */
function isPlaced(kind: Kind, { namespace, verb }: Route): boolean {
  if (kind.kind === 'Namespace') return true;
  if (!kind.namespaced) return namespace === undefined;
  return namespace !== undefined || verb === 'list' || verb === 'watch';
}
