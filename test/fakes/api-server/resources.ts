/**
 * One request on a resource, answered from the store: which verb means what. Authentication, authorization and
 * planted faults lie before this; watches beside it.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { stored } from './events.ts';
import { orphanDependents } from './garbage.ts';
import { assertTyped, draftOf, parseBody, parseJson, type Reply } from './http.ts';
import { apiVersionOf, type Kind, type Kinds, tableOf } from './kinds.ts';
import { type ListWish, listPage } from './lists.ts';
import { wrong } from './metadata.ts';
import { type Draft, fieldsOf, type Thing, textOf } from './objects.ts';
import { type PatchWish, patched } from './patching.ts';
import type { Preconditions } from './preconditions.ts';
import { asVersion, view } from './present.ts';
import { isTrue, type Route } from './route.ts';
import { type Selects, selector } from './selectors.ts';
import { kindFor } from './serving.ts';
import { badRequest, invalid, methodNotAllowed, notFound, success } from './status.ts';
import type { Store } from './store.ts';
import { answerTokenRequest, type Tokens } from './tokens.ts';
import type { Place, Writer } from './writing.ts';

/** A request with its body read. */
export interface Call {
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly mediaType: string;
  readonly body: string;
  /** A planted fault: read as of this version. */
  readonly stale: number | undefined;
  /** Asked when a write turns out to create: that needs a permission of its own. */
  readonly assertMayCreate: () => void;
}

export class Resources {
  readonly #store: Store;
  readonly #kinds: Kinds;
  readonly #writer: Writer;
  readonly #tokens: Tokens;
  readonly #clock: Clock;
  /** What each manager last applied to an object, for server-side apply. */
  readonly #applied = new Map<string, unknown>();

  constructor(store: Store, kinds: Kinds, writer: Writer, tokens: Tokens, clock: Clock) {
    this.#store = store;
    this.#kinds = kinds;
    this.#writer = writer;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** Throws the refusal when nothing is served there. */
  kindOf(at: Route): Kind {
    return kindFor(this.#kinds, at);
  }

  selects(kind: Kind, query: URLSearchParams): Selects {
    const labels = query.get('labelSelector') ?? '';
    return selector(labels, query.get('fieldSelector') ?? '', kind.selectableFields);
  }

  answer(call: Call): Reply {
    const kind = this.kindOf(call.route);
    switch (call.route.verb) {
      case 'get':
        return this.#ok(call, kind, this.#get(call, kind));
      case 'list':
        return this.#list(call, kind);
      case 'create':
        return this.#create(call, kind);
      case 'update':
        return this.#update(call, kind);
      case 'patch':
        return this.#patch(call, kind);
      case 'delete':
        return this.#delete(call, kind);
      case 'deletecollection':
        return this.#deleteAll(call, kind);
      case 'watch':
        throw methodNotAllowed();
    }
  }

  #ok(call: Call, kind: Kind, thing: Thing, code = 200, headers = {}): Reply {
    const { version } = call.route;
    const asked = { kind, version, accept: call.accept, nowMs: this.#clock.now() };
    return { code, body: view(asked).object(thing), headers };
  }

  #get({ route, stale }: Call, kind: Kind): Thing {
    const place = placeOf(route, kind);
    const past =
      stale === undefined ? undefined : this.#store.listAt(stale, tableOf(kind), place.namespace);
    const thing = past
      ? past.find((each) => each.metadata.name === route.name)
      : this.#store.get(tableOf(kind), place.namespace, route.name);
    if (thing === undefined) throw notFound(kind, route.name);
    return thing;
  }

  #list(call: Call, kind: Kind): Reply {
    const { things, metadata } = listPage(this.#store, this.#wish(call, kind));
    const { version } = call.route;
    const asked = { kind, version, accept: call.accept, nowMs: this.#clock.now() };
    return { code: 200, body: view(asked).list(things, metadata) };
  }

  #wish({ route, query, stale }: Call, kind: Kind): ListWish {
    const { namespace } = placeOf(route, kind);
    const selective = query.has('labelSelector') || query.has('fieldSelector');
    const custom = kind.custom !== undefined;
    return {
      custom,
      table: tableOf(kind),
      namespace,
      selects: this.selects(kind, query),
      selective,
      query,
      stale,
    };
  }

  #create(call: Call, kind: Kind): Reply {
    if (call.route.subresource === 'token') return this.#issueToken(call, kind);
    if (call.route.subresource !== '') throw methodNotAllowed();
    const { draft, headers } = this.#input(call, kind);
    const place = placeOf(call.route, kind, call.query);
    return this.#ok(call, kind, this.#writer.create(place, stored(kind, draft)), 201, headers);
  }

  #issueToken(call: Call, kind: Kind): Reply {
    const account = this.#get(call, kind);
    const body = parseBody(call.body, call.mediaType);
    const input = draftOf(body, 'authentication.k8s.io/v1', 'TokenRequest');
    return { code: 201, body: answerTokenRequest(this.#tokens, this.#clock, account, input) };
  }

  #update(call: Call, kind: Kind): Reply {
    const { draft, headers } = this.#input(call, kind);
    const place = placeOf(call.route, kind, call.query);
    const { name } = call.route;
    const missing = this.#store.get(tableOf(kind), place.namespace, name) === undefined;
    if (missing && kind.createOnUpdate) {
      call.assertMayCreate();
      return this.#ok(call, kind, this.#writer.create(place, fresh(draft)), 201, headers);
    }
    const thing = this.#writer.update(place, name, 'replace', () => stored(kind, draft));
    return this.#ok(call, kind, thing, 200, headers);
  }

  #patch(call: Call, kind: Kind): Reply {
    const place = placeOf(call.route, kind, call.query);
    const wish = this.#patchWish(call, kind);
    const { name, version } = call.route;
    const current = this.#store.get(tableOf(kind), place.namespace, name);
    if (current === undefined && wish.applies) {
      call.assertMayCreate();
      const { draft, headers } = this.#checked(call, kind, wish.change({}));
      return this.#ok(call, kind, this.#writer.create(place, fresh(draft)), 201, headers);
    }
    let warnings = {};
    const thing = this.#writer.update(place, name, 'patch', (before) => {
      const shown = asVersion({ kind, version }, before);
      const changed = wish.change({ ...shown });
      assertSameType(kind, shown, changed);
      const { draft, headers } = this.#checked(call, kind, changed);
      warnings = headers;
      const resourceVersion = draft.metadata.resourceVersion || before.metadata.resourceVersion;
      return stored(kind, { ...draft, metadata: { ...draft.metadata, resourceVersion } });
    });
    return this.#ok(call, kind, thing, 200, warnings);
  }

  #patchWish({ route, query, mediaType, body }: Call, kind: Kind): PatchWish {
    const key = `${tableOf(kind)}/${route.namespace}/${route.name}/${query.get('fieldManager')}`;
    return patched({
      kind,
      mediaType,
      body,
      query,
      before: this.#applied.get(key),
      keep: (applied) => this.#applied.set(key, applied),
    });
  }

  #delete(call: Call, kind: Kind): Reply {
    const { route, query } = call;
    const options = call.body === '' ? {} : fieldsOf(parseJson(call.body));
    const only: Preconditions = fieldsOf(options['preconditions']);
    const place = placeOf(route, kind, query);
    const { thing, gone } = this.#writer.delete(place, route.name, only);
    const policy = textOf(options['propagationPolicy']) || query.get('propagationPolicy');
    if (policy === 'Orphan') orphanDependents(this.#store, this.#kinds, thing.metadata.uid);
    if (!gone) return this.#ok(call, kind, thing);
    const group = kind.group === '' ? {} : { group: kind.group };
    const { uid } = thing.metadata;
    return { code: 200, body: success({ name: route.name, ...group, kind: kind.resource, uid }) };
  }

  #deleteAll(call: Call, kind: Kind): Reply {
    const { things } = listPage(this.#store, this.#wish(call, kind));
    for (const { metadata } of things) {
      const place = { ...placeOf(call.route, kind, call.query), namespace: metadata.namespace };
      this.#writer.delete(place, metadata.name, {});
    }
    const { version } = call.route;
    const asked = { kind, version, accept: call.accept, nowMs: this.#clock.now() };
    const metadata = { resourceVersion: String(this.#store.version) };
    return { code: 200, body: view(asked).list(things, metadata) };
  }

  #input(call: Call, kind: Kind): Input {
    const body = parseBody(call.body, call.mediaType);
    if (kind.custom) assertTyped(body, kind.kind);
    return this.#checked(call, kind, body);
  }

  /** The frame checked, and unknown fields refused or warned about as the caller wishes. */
  #checked({ route, query }: Call, kind: Kind, body: unknown): Input {
    const { version } = route;
    const draft = draftOf(body, apiVersionOf(kind.group, version), kind.kind);
    const wish = query.get('fieldValidation') ?? 'Warn';
    const unknown = wish === 'Ignore' ? [] : (kind.custom?.reading(version).unknown(draft) ?? []);
    const told = unknown.map((field) => `unknown field "${field}"`);
    if (told.length === 0) return { draft, headers: {} };
    if (wish === 'Strict')
      throw badRequest(
        `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}: strict decoding error: ${told.join(', ')}`,
      );
    const warnings = told.map((text) => `299 - "${text.replaceAll('"', '\\"')}"`);
    return { draft, headers: { Warning: warnings.join(', ') } };
  }
}

interface Input {
  readonly draft: Draft;
  readonly headers: Readonly<Record<string, string>>;
}

export function placeOf(route: Route, kind: Kind, query = new URLSearchParams()): Place {
  const { version, subresource } = route;
  const namespace = kind.namespaced ? route.namespace : undefined;
  return {
    kind,
    version,
    namespace,
    subresource,
    dryRun: isTrue(query.get('dryRun')) || query.get('dryRun') === 'All',
  };
}

/** A patch that turns an object into one of another type is invalid, unlike a PUT that is malformed. */
function assertSameType(kind: Kind, shown: Thing, changed: unknown): void {
  const { apiVersion, kind: type } = fieldsOf(changed);
  if (apiVersion === shown.apiVersion && type === shown.kind) return;
  const field = apiVersion === shown.apiVersion ? 'kind' : 'apiVersion';
  const cause = wrong(field, fieldsOf(changed)[field], `must be ${shown[field]}`);
  throw invalid(kind.group, kind.kind, shown.metadata.name, [cause]);
}

/** An apply or an update that creates does so whatever version it carries. */
function fresh(draft: Draft): Draft {
  const { resourceVersion: _ignored, ...metadata } = draft.metadata;
  return { ...draft, metadata };
}
