/**
 * The server without its wire: the store, the served kinds, and the controllers that a real cluster runs beside it
 * (garbage collection, namespace deletion, definitions, rollouts, default service accounts).
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { Admission } from './admission.ts';
import { BUILTINS } from './builtins.ts';
import { serveDefinitions } from './crds.ts';
import { stored } from './events.ts';
import { collectGarbage } from './garbage.ts';
import { draftOf } from './http.ts';
import { groupVersion, type Kind, Kinds, tableOf } from './kinds.ts';
import { Later } from './later.ts';
import { emptyNamespaces } from './namespaces.ts';
import { type Draft, type Fields, fieldsOf, type Thing, textOf } from './objects.ts';
import { badRequest } from './status.ts';
import { Store } from './store.ts';
import { strategicMerge } from './strategic.ts';
import { Tokens } from './tokens.ts';
import { Workloads } from './workloads.ts';
import { type Place, Writer } from './writing.ts';

const FIRST_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

export class Cluster {
  readonly store = new Store();
  readonly kinds = new Kinds(BUILTINS);
  readonly admission = new Admission();
  readonly garbage: Later;
  readonly namespaces: Later;
  readonly workloads: Workloads;
  readonly tokens: Tokens;
  readonly writer: Writer;
  readonly #rollouts: Later;
  readonly #controllers: Disposable[];

  constructor(clock: Clock) {
    this.garbage = new Later(clock);
    this.namespaces = new Later(clock);
    this.#rollouts = new Later(clock);
    this.tokens = new Tokens(this.store, clock);
    this.writer = new Writer(this.store, clock, this.admission);
    this.workloads = new Workloads(this.store, clock, this.#rollouts);
    const erase = (kind: Kind, thing: Thing): void => this.erase(kind, thing);
    const definitions = { later: this.namespaces, clock };
    this.#controllers = [
      serveDefinitions(this.store, this.kinds, definitions, erase),
      collectGarbage(this.store, this.kinds, this.garbage, erase),
      emptyNamespaces(this.store, this.kinds, this.namespaces, erase),
      this.#furnishNamespaces(),
    ];
    for (const name of FIRST_NAMESPACES) this.apply(named('v1', 'Namespace', name));
  }

  /** Creates or merges as an administrator. A CRD is served from the next microtask on. */
  apply(object: Fields): Thing {
    const apiVersion = textOf(object['apiVersion']);
    const kind = this.kinds.ofObject(apiVersion, textOf(object['kind']));
    if (kind === undefined)
      throw badRequest(`no kind ${textOf(object['kind'])} is served in ${apiVersion}`);
    const draft = stored(kind, draftOf(object, apiVersion, kind.kind));
    const place = placeFor(kind, draft);
    const { name = '' } = draft.metadata;
    if (this.store.get(tableOf(kind), place.namespace, name) === undefined)
      return this.writer.create(place, draft);
    return this.writer.update(place, name, 'patch', (current) => ({
      ...draft,
      ...fieldsOf(strategicMerge(current, draft)),
    }));
  }

  erase(kind: Kind, { metadata }: Thing): void {
    const namespace = kind.namespaced ? metadata.namespace : undefined;
    const place = {
      kind,
      version: kind.versions[0] ?? '',
      namespace,
      subresource: '',
      dryRun: false,
    };
    this.writer.delete(place, metadata.name, {});
  }

  stop(): void {
    for (const controller of this.#controllers) controller[Symbol.dispose]();
    for (const later of [this.garbage, this.namespaces, this.#rollouts]) later.stop();
    this.workloads.stop();
  }

  /** What the namespace and service account controllers do for a new namespace. */
  #furnishNamespaces(): Disposable {
    return this.store.subscribe(({ resource, type, object }) => {
      if (resource !== 'namespaces' || type !== 'ADDED') return;
      const { name } = object.metadata;
      queueMicrotask(() => this.#furnish(name));
    });
  }

  #furnish(name: string): void {
    const namespace = this.store.get('namespaces', undefined, name);
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return;
    const account = named('v1', 'ServiceAccount', 'default', name);
    if (this.store.get('serviceaccounts', name, 'default') === undefined) this.apply(account);
  }
}

function placeFor(kind: Kind, draft: Draft): Place {
  const [, version] = groupVersion(draft.apiVersion);
  const namespace = kind.namespaced ? (draft.metadata.namespace ?? 'default') : undefined;
  return { kind, version, namespace, subresource: '', dryRun: false };
}

function named(apiVersion: string, kind: string, name: string, namespace?: string): Fields {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}
