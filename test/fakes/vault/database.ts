/**
 * The database engine. Each read of creds/ROLE makes a user, under a lease; the users that live and those that were
 * dropped are on a list, as a database's own list of roles would show them. Static roles are in static-roles.ts.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Call, type Engine, follow, type Outcome, type Route } from './call.ts';
import { durationOf, SECOND_MS, secondsOf } from './durations.ts';
import { badRequest, listed } from './envelope.ts';
import type { Expiry } from './expiry.ts';
import { type Fields, textOf, textsOf } from './json.ts';
import { keysUnder } from './kv1.ts';
import type { LastingUsers } from './lasting-users.ts';
import type { LeaseTerms } from './leases.ts';
import type { Seeded } from './seeded.ts';
import { StaticRoles, staticRoleRoutes } from './static-roles.ts';

/** A user of the database behind the engine. */
export interface Credential {
  /** Where it was issued: database/creds/app. */
  readonly path: string;
  readonly username: string;
  readonly password: string;
  readonly issuedAt: number;
  readonly droppedAt: number | undefined;
}

export class DatabaseUsers {
  readonly #all: { -readonly [Key in keyof Credential]: Credential[Key] }[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers what drops it. */
  add(user: Pick<Credential, 'path' | 'username' | 'password'>): () => void {
    const credential = { ...user, issuedAt: this.#clock.now(), droppedAt: undefined };
    const at = this.#all.push(credential) - 1;
    return () => {
      this.#all[at] = { ...credential, droppedAt: this.#clock.now() };
    };
  }

  /** Oldest first. */
  all(): readonly Credential[] {
    return [...this.#all];
  }
}

interface Role {
  readonly fields: Fields;
  readonly connection: string;
  readonly ttlMs: number;
  readonly maxMs: number;
}

interface Parts {
  readonly clock: Clock;
  readonly random: Seeded;
  readonly users: DatabaseUsers;
  readonly lasting: LastingUsers;
  readonly expiry: Expiry;
}

export function database(parts: Parts): Engine {
  const connections = new Map<string, Fields>();
  const roles = new Map<string, Role>();
  const staticRoles = new StaticRoles({
    ...parts,
    isTaken: (name) => roles.has(name),
    assertAllowed: (connection, name) => assertAllowed(connection, name, connections),
  });
  const routes = [
    ...routesOf(parts, connections, roles, staticRoles),
    ...staticRoleRoutes(staticRoles),
  ];
  return { type: 'database', answer: (call) => follow(routes, call) };
}

function routesOf(
  parts: Parts,
  connections: Map<string, Fields>,
  roles: Map<string, Role>,
  staticRoles: StaticRoles,
): Route[] {
  return [
    {
      path: /^config\/([^/]+)$/,
      acts: {
        update: ({ body }, name = '') => void connections.set(name, body),
        read: (_call, name = '') => shown(connections.get(name)),
        delete: (_call, name = '') => void connections.delete(name),
      },
    },
    { path: /^roles\/?$/, acts: { list: () => keysUnder([...roles.keys()], '') } },
    {
      path: /^roles\/([^/]+)$/,
      acts: {
        update: ({ body }, name = '') => {
          if (staticRoles.has(name)) throw badRequest('Role and Static Role names must be unique');
          roles.set(name, roleOf(body));
          return undefined;
        },
        read: (_call, name = '') => shown(described(roles.get(name))),
        delete: (_call, name = '') => void roles.delete(name),
      },
    },
    {
      path: /^creds\/([^/]+)$/,
      acts: {
        read: (call, name = '') => {
          const role = roles.get(name);
          if (!role) throw badRequest(`unknown role: ${name}`);
          assertAllowed(role.connection, name, connections);
          return issue(parts, roles, name, call);
        },
      },
    },
  ];
}

function shown(fields: Fields | undefined): Outcome | undefined {
  return fields && { data: fields };
}

function roleOf(body: Fields): Role {
  const connection = textOf(body['db_name']);
  if (connection === '') throw badRequest('database name is required');
  const [ttlMs, maxMs] = ['default_ttl', 'max_ttl'].map((field) => durationOf(body[field], field));
  return { fields: body, connection, ttlMs: ttlMs ?? 0, maxMs: maxMs ?? 0 };
}

function described(role: Role | undefined): Fields | undefined {
  if (!role) return undefined;
  const { fields, ttlMs, maxMs } = role;
  return { ...fields, default_ttl: secondsOf(ttlMs), max_ttl: secondsOf(maxMs) };
}

function assertAllowed(
  connectionName: string,
  name: string,
  connections: ReadonlyMap<string, Fields>,
): void {
  const connection = connections.get(connectionName);
  if (!connection)
    throw listed(500, `failed to find entry for connection with name: "${connectionName}"`);
  const allowed = textsOf(connection['allowed_roles']);
  if (!allowed.includes('*') && !allowed.includes(name))
    throw listed(500, `"${name}" is not an allowed role`);
}

function issue(
  { clock, random, users }: Parts,
  roles: ReadonlyMap<string, Role>,
  name: string,
  call: Call,
): Outcome {
  const display = (call.token?.displayName ?? '').slice(0, 8);
  const made = Math.floor(clock.now() / SECOND_MS);
  const username = `v-${display}-${name.slice(0, 8)}-${random.base62(20)}-${made}`;
  const password = `A1a-${random.base62(16)}`;
  const revoke = users.add({ path: call.fullPath, username, password });
  const terms = (): LeaseTerms => {
    const role = roles.get(name);
    if (role) return role;
    throw badRequest(
      `failed to renew entry: resp: (*logical.Response)(nil) err: error during renew: could not find role with name "${name}"`,
    );
  };
  return { data: { username, password }, lease: { renewable: true, terms, revoke } };
}
