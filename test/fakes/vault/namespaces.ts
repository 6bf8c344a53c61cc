/**
 * Vault namespaces: each has its own mounts and policies. Community Vault has only the root and takes no notice of
 * the header, so does the fake unless namespaces are switched on.
 */
import type { Engine } from './call.ts';
import { listed } from './envelope.ts';
import { Mounts } from './mounts.ts';
import { Policies } from './policies.ts';

export interface Namespace {
  readonly mounts: Mounts;
  readonly policies: Policies;
}

export class Namespaces {
  readonly #all = new Map<string, Namespace>();
  readonly #enabled: boolean;
  readonly #builtIn: Readonly<Record<string, Engine>>;

  /** What is mounted in each of them from the start, by path. */
  constructor(enabled: boolean, builtIn: Readonly<Record<string, Engine>>) {
    this.#enabled = enabled;
    this.#builtIn = builtIn;
    this.create('');
  }

  create(path: string): void {
    const mounts = new Mounts();
    for (const [at, engine] of Object.entries(this.#builtIn)) mounts.add(at, engine);
    this.#all.set(path, { mounts, policies: new Policies() });
  }

  /** The namespace meant by header and path together, and the rest of the path. */
  resolve(header: string, path: string): readonly [namespace: string, path: string] {
    if (!this.#enabled) return ['', path];
    const parts = [...header.split('/').filter((part) => part !== ''), ...path.split('/')];
    const length = parts.findLastIndex((_, at) => this.#all.has(parts.slice(0, at).join('/')));
    const namespace = parts.slice(0, length).join('/');
    if (header !== '' && !`${namespace}/`.startsWith(`${header}/`))
      throw listed(404, 'no handler for route: namespace not found');
    return [namespace, parts.slice(length).join('/')];
  }

  /** One that `resolve` answered. */
  of(path: string): Namespace {
    const found = this.#all.get(path);
    if (!found) throw listed(404, 'namespace not found');
    return found;
  }
}
