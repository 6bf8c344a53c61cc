/**
 * One HTTP exchange from first byte to last: who asks, may they, does a planted fault strike, and the answer.
 * Keeps the record and counts what is being served. Refuses to know what verbs mean.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../src/runtime/clock.ts';
import { discover } from './discovery.ts';
import type { Asked, Fault, Faults, Refused } from './faults.ts';
import { cut, mediaType, parseBody, type Reply, readBody, send } from './http.ts';
import { apiVersionOf, type Kinds, tableOf } from './kinds.ts';
import { prohibited } from './metadata.ts';
import type { Thing } from './objects.ts';
import { view } from './present.ts';
import { type Access, isAllowed, whyForbidden } from './rbac.ts';
import type { Record } from './record.ts';
import { type Call, placeOf, type Resources } from './resources.ts';
import { review } from './reviews.ts';
import { isTrue, type Route, route } from './route.ts';
import { forbidden, invalid, PageNotFound, StatusError, unauthorized } from './status.ts';
import type { Store } from './store.ts';
import { ANONYMOUS, type Identity, type Tokens } from './tokens.ts';
import type { Watches } from './watching.ts';

export interface Parts {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly resources: Resources;
  readonly watches: Watches;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly record: Record;
  readonly clock: Clock;
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly route: Route | undefined;
  readonly who: Identity | undefined;
  readonly asked: Asked;
}

export class Exchange {
  readonly #parts: Parts;
  #serving = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Requests being served now, without watches and without those that a fault has parked. */
  get inFlight(): number {
    return this.#serving;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = this.#arrive(request, response);
    if (visit.asked.verb === 'watch') return this.#watched(visit);
    this.#serving += 1;
    try {
      const fault = this.#parts.faults.take(visit.asked);
      await this.#stay(fault, 'before');
      const reply = await this.#reply(visit, fault);
      await this.#stay(fault, 'after');
      this.#leave(visit, reply, fault);
    } finally {
      this.#serving -= 1;
    }
  }

  #arrive(request: IncomingMessage, response: ServerResponse): Visit {
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? 'GET';
    const at = route(method, url);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const who = token === undefined ? ANONYMOUS : this.#parts.tokens.authenticate(token);
    const nowhere = { group: '', resource: '', subresource: '', namespace: undefined, name: '' };
    const place = at ?? { ...nowhere, verb: method.toLowerCase() };
    return {
      request,
      response,
      url,
      route: at,
      who,
      asked: { ...place, user: who?.username ?? '' },
    };
  }

  async #stay(fault: Fault | undefined, when: 'before' | 'after'): Promise<void> {
    if (fault === undefined || !('park' in fault) || fault.park.when !== when) return;
    this.#serving -= 1;
    await fault.park.stay();
    this.#serving += 1;
  }

  /** undefined: the connection is to be cut without effect. */
  async #reply(visit: Visit, fault: Fault | undefined): Promise<Reply | undefined> {
    if (fault !== undefined && 'reset' in fault && fault.reset === 'before') return undefined;
    try {
      if (fault !== undefined && 'status' in fault) throw planted(fault);
      return this.#answer(visit, await readBody(visit.request), fault);
    } catch (error) {
      return refusal(error);
    }
  }

  #answer(visit: Visit, body: string, fault: Fault | undefined): Reply {
    const { route: at, url, request } = visit;
    this.#assertAllowed(visit);
    if (at === undefined) return this.#discovered(url.pathname);
    const type = mediaType(request);
    const reviewed = at.verb === 'create' && this.#review(visit, body, type);
    if (reviewed) return { code: 201, body: reviewed };
    const call: Call = {
      route: at,
      query: url.searchParams,
      accept: request.headers.accept ?? '',
      mediaType: type,
      body,
      stale: fault !== undefined && 'stale' in fault ? fault.stale : undefined,
      assertMayCreate: () => this.#assertAllowed(visit, { ...at, verb: 'create' }),
    };
    return this.#parts.resources.answer(call);
  }

  #review({ who, route: at }: Visit, body: string, type: string): unknown {
    if (at === undefined || !at.resource.endsWith('reviews')) return undefined;
    return review(this.#parts, who ?? ANONYMOUS, at, parseBody(body, type));
  }

  #discovered(path: string): Reply {
    if (path === '/openid/v1/jwks') return { code: 200, body: this.#parts.tokens.publicKeys() };
    const found = discover(this.#parts.kinds, path);
    return found === undefined ? { code: 404, body: PAGE_NOT_FOUND } : { code: 200, body: found };
  }

  #assertAllowed(
    { who, url, asked }: Visit,
    access: Access = { ...asked, ...pathOf(asked, url) },
  ): void {
    if (who === undefined) throw unauthorized();
    if (isAllowed(this.#parts.store, who, access)) return;
    const why = whyForbidden(who, access);
    if (access.path !== undefined) throw new StatusError(403, 'Forbidden', `forbidden: ${why}`, {});
    throw forbidden(access, access.name, why);
  }

  #leave(visit: Visit, reply: Reply | undefined, fault: Fault | undefined): void {
    const withheld = fault !== undefined && 'reset' in fault;
    const { response, request } = visit;
    const gone = response.destroyed || reply === undefined || withheld;
    this.#note(visit, gone ? 0 : reply.code);
    if (!gone) send(response, reply);
    else cut(request.socket);
  }

  #note({ asked, url, request }: Visit, code: number): void {
    const { namespace = '', user, verb, group, resource, subresource, name } = asked;
    const place = { user, verb, group, resource, subresource, namespace, name };
    const userAgent = request.headers['user-agent'] ?? '';
    const at = this.#parts.clock.now();
    this.#parts.record.add({ at, ...place, path: url.pathname, userAgent, code });
  }

  async #watched(visit: Visit): Promise<void> {
    const fault = this.#parts.faults.take(visit.asked);
    if (fault !== undefined && 'park' in fault) await fault.park.stay();
    if (fault !== undefined && 'reset' in fault) return this.#leave(visit, undefined, fault);
    try {
      if (fault !== undefined && 'status' in fault) throw planted(fault);
      this.#assertAllowed(visit);
      const open = this.#opening(visit);
      this.#note(visit, 200);
      await open();
    } catch (error) {
      this.#leave(visit, refusal(error), undefined);
    }
  }

  /** Everything that can be refused happens here, before the stream begins. */
  #opening({ response, request, url, route: at, asked }: Visit): () => Promise<void> {
    if (at === undefined) throw unauthorized();
    const { resources, watches, clock } = this.#parts;
    const kind = resources.kindOf(at);
    const query = url.searchParams;
    const accept = request.headers.accept ?? '';
    const shown = view({ kind, version: at.version, accept, nowMs: clock.now() });
    const from = watchedFrom(query);
    const initial = isTrue(query.get('sendInitialEvents'));
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    const wish = {
      asked: { ...asked, namespace: placeOf(at, kind).namespace },
      table: tableOf(kind),
      selects: resources.selects(kind, query),
      from: from === 0 || initial ? undefined : from,
      bookmarks: isTrue(query.get('allowWatchBookmarks')),
      tellsInitialEnd: initial,
      timeoutMs: seconds > 0 ? seconds * 1000 : undefined,
      show: (thing: Thing) => shown.object(thing),
      blank: { kind: kind.kind, apiVersion: apiVersionOf(kind.group, at.version) },
    };
    return () => watches.open(response, wish);
  }
}

/** Unlike a list, a watch of a malformed version is an internal error. */
function watchedFrom(query: URLSearchParams): number {
  const text = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text)) throw new StatusError(500, '', `invalid resource version "${text}"`);
  if (query.has('sendInitialEvents') && !query.has('resourceVersionMatch'))
    throw invalid('meta.k8s.io', 'ListOptions', '', [
      prohibited('resourceVersionMatch', 'is required when sendInitialEvents is set'),
    ]);
  return Number(text);
}

function pathOf(asked: Asked, url: URL): { path?: string } {
  return asked.resource === '' ? { path: url.pathname } : {};
}

const PAGE_NOT_FOUND = '404 page not found\n';

const REASONS: Readonly<{ [code: number]: string }> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function planted({
  status,
  message = 'planted by the harness',
  retryAfterSeconds,
}: Refused): StatusError {
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new StatusError(status, REASONS[status] ?? '', message, details);
}

/** What is not a refusal is a defect of this server: told in full, as nobody outside tests sees it. */
function refusal(error: unknown): Reply {
  if (error instanceof PageNotFound) return { code: 404, body: PAGE_NOT_FOUND };
  if (!(error instanceof StatusError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const defect = new StatusError(500, 'InternalError', `defect of the fake API server: ${text}`);
    return { code: 500, body: defect.body };
  }
  const seconds = error.body.details?.retryAfterSeconds;
  const headers = seconds === undefined ? {} : { 'Retry-After': String(seconds) };
  return { code: error.code, body: error.body, headers };
}
