/**
 * A whole list, page by page. Promises one version for all of it, that an unreadable object costs only itself, and
 * that pages too large for us are asked for again in smaller ones. A page whose continue token expired is a 410 for
 * the caller: only he knows when to start over.
 */
import type { ApiCall, Route } from './api-call.ts';
import { isTooLarge } from './faults.ts';
import { keyOf } from './store.ts';
import type { Transport } from './transport.ts';
import { isRecord, type WireObject, wireObject } from './wire.ts';

/** Which objects: of one namespace, or of all when there is none. */
export interface Scope {
  readonly route: Route;
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
}

export interface Listing<T> {
  readonly objects: readonly T[];
  /** Keys (`keyOf`) of objects that are there but could not be read. */
  readonly unreadable: ReadonlySet<string>;
  readonly version: string;
}

export interface ListOptions<T> {
  readonly pageSize: number;
  /** Throws for an object that it cannot read. */
  readonly read: (object: WireObject) => T;
}

const PAGE_BYTES = 64 * 1024 * 1024;
const PAGE_DEADLINE_MS = 60_000;

export async function listAll<T>(
  transport: Transport,
  scope: Scope,
  options: ListOptions<T>,
  signal: AbortSignal,
): Promise<Listing<T>> {
  const objects: T[] = [];
  const unreadable = new Set<string>();
  let limit = options.pageSize;
  let page: Page | undefined;
  do {
    try {
      page = await onePage(transport, scope, limit, page?.next ?? '', signal);
    } catch (thrown) {
      if (!isTooLarge(thrown) || limit === 1) throw thrown;
      limit = Math.ceil(limit / 2);
      continue;
    }
    for (const item of page.items) readInto(objects, unreadable, item, options.read);
  } while (page === undefined || page.next !== '');
  return { objects, unreadable, version: page.version };
}

/** The call for a list or a watch of `scope`. */
export function scopeCall(
  verb: 'list' | 'watch',
  scope: Scope,
  query: Readonly<Record<string, string>>,
): ApiCall {
  return {
    verb,
    route: scope.route,
    ...(scope.namespace === undefined ? {} : { namespace: scope.namespace }),
    query: {
      ...(scope.labelSelector === undefined ? {} : { labelSelector: scope.labelSelector }),
      ...query,
    },
  };
}

interface Page {
  readonly items: readonly unknown[];
  readonly version: string;
  readonly next: string;
}

async function onePage(
  transport: Transport,
  scope: Scope,
  limit: number,
  token: string,
  signal: AbortSignal,
): Promise<Page> {
  const call = scopeCall('list', scope, {
    limit: String(limit),
    ...(token === '' ? {} : { continue: token }),
  });
  const { json } = await transport.raw(call, signal, {
    maxBytes: PAGE_BYTES,
    deadlineMs: PAGE_DEADLINE_MS,
  });
  const { items, metadata } = isRecord(json) ? json : {};
  const { resourceVersion, continue: next } = isRecord(metadata) ? metadata : {};
  return {
    items: Array.isArray(items) ? items : [],
    version: typeof resourceVersion === 'string' ? resourceVersion : '',
    next: typeof next === 'string' ? next : '',
  };
}

function readInto<T>(
  objects: T[],
  unreadable: Set<string>,
  item: unknown,
  read: (object: WireObject) => T,
): void {
  try {
    objects.push(read(wireObject(item)));
  } catch {
    unreadable.add(placeOf(item));
  }
}

/** As much of an unreadable object's key as there is. */
export function placeOf(item: unknown): string {
  const { namespace, name } = isRecord(item) && isRecord(item['metadata']) ? item['metadata'] : {};
  return keyOf({
    namespace: typeof namespace === 'string' ? namespace : '',
    name: typeof name === 'string' ? name : '',
  });
}
