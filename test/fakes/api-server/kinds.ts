/**
 * Which kinds are served, and how each one differs: scope, subresources, when its generation moves, its own rules.
 * The built-in kinds stand in one table; kinds from CustomResourceDefinitions are added while the server runs.
 */
import type { Draft, Thing } from './objects.ts';
import { type Cause, qualified } from './status.ts';

/** What one served version adds: the schema work of custom resources. */
export interface Reading {
  /** Names fields that the schema does not have, for strict field validation and warnings. */
  unknown(draft: Draft): string[];
  /** Prunes unknown fields and fills in defaults. */
  shape<T extends Draft>(draft: T): T;
  check(thing: Draft, previous: Draft | undefined): Cause[];
  readonly columns: readonly Column[];
  readonly schema: unknown;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority: number;
}

export interface Kind {
  readonly group: string;
  /** Served versions, the preferred one first. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Writes to the object ignore status, and writes to its status ignore the rest. */
  readonly hasStatus: boolean;
  /** 'spec': bumped when spec changes; 'custom': also by any field beside metadata; 'none': not set at all. */
  readonly generation: 'spec' | 'specOrAnnotations' | 'custom' | 'none';
  /** PUT without resourceVersion is accepted. */
  readonly unconditionalUpdate: boolean;
  /** PUT creates what is missing. */
  readonly createOnUpdate: boolean;
  readonly selectableFields: readonly string[];
  readonly subresources: readonly string[];
  readonly custom?: { readonly reading: (version: string) => Reading };
  readonly rules?: Rules;
}

/** A built-in kind's own defaulting and validation. */
export interface Rules {
  prepare?(draft: Draft, previous: Thing | undefined): Draft;
  check?(thing: Draft, previous: Thing | undefined): Cause[];
}

export class Kinds {
  readonly #kinds = new Map<string, Kind>();

  constructor(kinds: readonly Kind[]) {
    for (const kind of kinds) this.serve(kind);
  }

  serve(kind: Kind): void {
    this.#kinds.set(qualified(kind), kind);
  }

  withdraw(resource: string): void {
    this.#kinds.delete(resource);
  }

  all(): Kind[] {
    return [...this.#kinds.values()];
  }

  /** `resource` qualified, as in `deployments.apps`. */
  get(resource: string): Kind | undefined {
    return this.#kinds.get(resource);
  }

  find(group: string, version: string, resource: string): Kind | undefined {
    const kind = this.get(qualified({ group, resource }));
    return kind?.versions.includes(version) ? kind : undefined;
  }

  ofObject(apiVersion: string, kindName: string): Kind | undefined {
    const [group] = groupVersion(apiVersion);
    return this.all().find((kind) => kind.group === group && kind.kind === kindName);
  }
}

/** `apps/v1` -> ['apps', 'v1'], `v1` -> ['', 'v1']. */
export function groupVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Both faces of events are one table. */
export function tableOf(kind: Kind): string {
  return kind.resource === 'events' ? 'events' : qualified(kind);
}
