/**
 * What is mounted where in one namespace: secrets engines and auth methods, with their limits. Finds who answers a
 * path, and is what sys/mounts and sys/auth read and change.
 */
import { type Call, type Engine, type Outcome, type Result, type Route } from './call.ts';
import { durationOf, type MountLimits, SYSTEM_TTL_MS, secondsOf } from './durations.ts';
import { badRequest } from './envelope.ts';
import { type Fields, fieldsOf, textOf } from './json.ts';

export interface Mount {
  /** With a slash at the end, auth methods under auth/. */
  readonly path: string;
  readonly engine: Engine;
  readonly limits: MountLimits;
  /** What the tables show. */
  readonly shown: Fields;
}

/** Refuses types that it does not have. */
export type EngineMaker = (type: string, options: Fields, mount: string) => Engine;

const SYSTEM_LIMITS: MountLimits = { defaultMs: SYSTEM_TTL_MS, maxMs: SYSTEM_TTL_MS };

export class Mounts {
  readonly #all = new Map<string, Mount>();

  find(path: string): Mount | undefined {
    const fitting = [...this.#all.values()].filter((mount) => path.startsWith(mount.path));
    return fitting.sort((a, b) => a.path.length - b.path.length).at(-1);
  }

  add(path: string, engine: Engine, options: Fields = {}, limits = SYSTEM_LIMITS): void {
    const config = {
      default_lease_ttl: limits === SYSTEM_LIMITS ? 0 : secondsOf(limits.defaultMs),
      max_lease_ttl: limits === SYSTEM_LIMITS ? 0 : secondsOf(limits.maxMs),
    };
    const shown = {
      accessor: `${path.startsWith('auth/') ? 'auth_' : ''}${engine.type}_${this.#all.size}`,
      config,
      description: '',
      local: false,
      options: Object.keys(options).length > 0 ? options : null,
      seal_wrap: false,
      type: engine.type,
    };
    this.#all.set(path, { path, engine, limits, shown });
  }

  delete(path: string): void {
    this.#all.delete(path);
  }

  has(path: string): boolean {
    return this.#all.has(path);
  }

  /** By the path that the table shows. */
  table(kind: 'secret' | 'auth'): Fields {
    const ofKind = [...this.#all.values()].filter(
      ({ path }) => path.startsWith('auth/') === (kind === 'auth'),
    );
    return Object.fromEntries(
      ofKind.map(({ path, shown }) => [path.replace(/^auth\//, ''), shown]),
    );
  }
}

/** The routes within sys/. Unmounting revokes first what was issued there. */
export function mountRoutes(parts: {
  mountsOf: (call: Call) => Mounts;
  make: EngineMaker;
  revokeUnder: (call: Call, prefix: string) => void;
}): Route[] {
  const { mountsOf, make, revokeUnder } = parts;
  const table = (call: Call): Outcome => ({
    atTop: true,
    data: mountsOf(call).table(kindOf(call)),
  });
  const one = (call: Call, name = ''): Outcome => {
    const shown = mountsOf(call).table(kindOf(call))[`${name}/`];
    if (!shown) throw badRequest(`No secret engine mount at ${name}/`);
    return { atTop: true, data: fieldsOf(shown) };
  };
  const mount = (call: Call, name = ''): Result => {
    const path = pathOf(call, name);
    if (mountsOf(call).has(path)) throw badRequest(`path is already in use at ${path}`);
    const options = fieldsOf(call.body['options']);
    const engine = make(textOf(call.body['type']), options, name);
    mountsOf(call).add(path, engine, options, limitsOf(fieldsOf(call.body['config'])));
    return undefined;
  };
  const unmount = (call: Call, name = ''): Result => {
    revokeUnder(call, pathOf(call, name));
    mountsOf(call).delete(pathOf(call, name));
    return undefined;
  };
  return [
    { path: /^(?:mounts|auth)$/, acts: { read: table } },
    { path: /^(?:mounts|auth)\/(.+?)\/?$/, acts: { read: one, update: mount, delete: unmount } },
  ];
}

function kindOf({ path }: Call): 'secret' | 'auth' {
  return path.startsWith('auth') ? 'auth' : 'secret';
}

function pathOf(call: Call, name: string): string {
  return `${kindOf(call) === 'auth' ? 'auth/' : ''}${name}/`;
}

function limitsOf(config: Fields): MountLimits {
  const [defaultMs, maxMs] = ['default_lease_ttl', 'max_lease_ttl'].map((field) =>
    durationOf(config[field], field),
  );
  if (!defaultMs && !maxMs) return SYSTEM_LIMITS;
  return { defaultMs: defaultMs || SYSTEM_TTL_MS, maxMs: maxMs || SYSTEM_TTL_MS };
}
