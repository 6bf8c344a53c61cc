/**
 * The way of every request through Vault: seal, namespace, token, policy, the part that answers, and what the answer
 * makes that Vault then keeps track of. Knows nothing of HTTP.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { appRoleAuth } from './approle-auth.ts';
import type { Call, Engine, Operation, Outcome, Result } from './call.ts';
import { certAuth } from './cert-auth.ts';
import { DatabaseUsers, database } from './database.ts';
import { secondsOf } from './durations.ts';
import {
  type Answer,
  badRequest,
  listed,
  nothingThere,
  permissionDenied,
  Refusal,
} from './envelope.ts';
import { Expiry } from './expiry.ts';
import { type Fields, textOf } from './json.ts';
import { jwtAuth } from './jwt-auth.ts';
import { type Authenticate, kubernetesAuth } from './kubernetes-auth.ts';
import { keyValue1 } from './kv1.ts';
import { keyValue2 } from './kv2.ts';
import { LastingUsers } from './lasting-users.ts';
import { leaseRoutes, revokeUnder } from './lease-paths.ts';
import { Leases } from './leases.ts';
import { type Mount, mountRoutes } from './mounts.ts';
import { Namespaces } from './namespaces.ts';
import { pki } from './pki.ts';
import type { Requests } from './pki-authorities.ts';
import { allows } from './policies.ts';
import type { VaultRequest } from './request.ts';
import { answerSealed, Seal } from './seal.ts';
import { Seeded } from './seeded.ts';
import { needsSudo, sys } from './sys.ts';
import { authOf, tokenAuth } from './token-paths.ts';
import { type Token, Tokens } from './tokens.ts';
import { toolRoutes } from './tools.ts';
import { transit } from './transit.ts';

export interface CoreOptions {
  readonly clock: Clock;
  readonly authenticate: Authenticate;
  readonly namespaces: boolean;
  readonly seed: number;
}

/** What is made for a request, and whose it was. */
export interface Done extends Answer {
  readonly mountType: string;
  /** The lease that it made. */
  readonly issued?: string | undefined;
}

export class Core {
  readonly random: Seeded;
  readonly tokens: Tokens;
  readonly leases: Leases;
  readonly users: DatabaseUsers;
  readonly lasting = new LastingUsers();
  readonly seal: Seal;
  readonly rootToken: string;
  readonly #options: CoreOptions;
  readonly #expiry: Expiry;
  readonly #namespaces: Namespaces;
  readonly #requests: Requests = new Map();

  constructor(options: CoreOptions) {
    const { clock } = options;
    this.#options = options;
    this.random = new Seeded(options.seed);
    this.#expiry = new Expiry(clock);
    const parts = { clock, expiry: this.#expiry, random: this.random };
    this.leases = new Leases(parts);
    this.tokens = new Tokens({ ...parts, onRevoked: (token) => this.leases.revokeOf(token) });
    this.users = new DatabaseUsers(clock);
    this.seal = new Seal(this.#expiry, this.random.base62(44));
    this.#namespaces = new Namespaces(options.namespaces, this.#builtIn());
    this.rootToken = this.tokens.create(ROOT_TOKEN).token.id;
  }

  /** Throws a Refusal for what Vault refuses. */
  async answer(request: VaultRequest): Promise<Done> {
    const open = answerSealed(this.seal, this.#options.clock, request);
    if (open) return { ...open, mountType: '' };
    this.seal.assertOpen();
    const [namespace, path] = this.#namespaces.resolve(request.namespace, request.path);
    const mount = this.#namespaces.of(namespace).mounts.find(path);
    const within = mount ? path.slice(mount.path.length) : path;
    const where = { namespace, path, mount, within, token: undefined };
    if (mount?.engine.isOpen?.(within)) return this.#route(callFor(request, where), mount);
    return this.#withToken(request, where);
  }

  /** No alarm rings any more. */
  stop(): void {
    this.#expiry.stop();
  }

  async #withToken(request: VaultRequest, where: Where): Promise<Done> {
    const token = this.#tokenFor(request.token, where.namespace);
    const isLastUse = this.tokens.use(token);
    try {
      const call = this.#allowed(request, { ...where, token });
      if (where.path === 'sys/seal') return this.#sealNow();
      const done = await this.#route(call, where.mount);
      if (isLastUse && done.issued) throw badRequest(ONE_USE_LEFT);
      return done;
    } finally {
      if (isLastUse) this.tokens.revoke(token);
    }
  }

  async #route(call: Call, mount: Mount | undefined): Promise<Done> {
    if (mount) return this.#finish(call, mount, await mount.engine.answer(call));
    throw new Refusal(404, [`no handler for route "${call.fullPath}". route entry not found.`]);
  }

  #builtIn(): Readonly<Record<string, Engine>> {
    const { clock } = this.#options;
    const parts = { clock, leases: this.leases, tokens: this.tokens };
    const mounts = mountRoutes({
      mountsOf: (call) => this.#namespaces.of(call.namespace).mounts,
      make: (type, options, mount) => this.#make(type, options, mount),
      revokeUnder: (call, prefix) => revokeUnder(parts, call.namespace, prefix),
    });
    const system = sys({
      policiesOf: (call) => this.#namespaces.of(call.namespace).policies,
      capabilities: (call, path) =>
        call.token ? this.#capabilities(call.token, call.namespace, path) : new Set(['deny']),
      createNamespace: (path) => this.#namespaces.create(path),
      more: [...mounts, ...leaseRoutes(parts), ...toolRoutes(this.random)],
    });
    return { 'sys/': system, 'auth/token/': tokenAuth(this.tokens, clock) };
  }

  #make(type: string, options: Fields, mount: string): Engine {
    const { clock, authenticate } = this.#options;
    const { random, users, lasting } = this;
    const expiry = this.#expiry;
    if (type === 'database') return database({ clock, random, users, lasting, expiry });
    if (type === 'kubernetes') return kubernetesAuth({ authenticate, random, mount });
    if (type === 'jwt') return jwtAuth({ clock, random, mount });
    if (type === 'approle') return appRoleAuth({ random, mount });
    if (type === 'cert') return certAuth({ random });
    if (type === 'pki') return pki({ clock, random, requests: this.#requests });
    if (type === 'transit') return transit(random);
    if (type !== 'kv') throw badRequest(`plugin not found in the catalog: ${type}`);
    return textOf(options['version']) === '2' ? keyValue2(clock) : keyValue1(options);
  }

  #tokenFor(id: string, namespace: string): Token {
    if (id === '') throw new Refusal(403, ['permission denied']);
    const token = this.tokens.find(id);
    if (!token) throw listed(403, 'permission denied', 'invalid token');
    const within = token.namespace === '' || `${namespace}/`.startsWith(`${token.namespace}/`);
    if (!within) throw permissionDenied();
    return token;
  }

  #allowed(request: VaultRequest, where: Where & { token: Token }): Call {
    const call = callFor(request, where);
    const capabilities = this.#capabilities(where.token, where.namespace, where.path);
    if (allows(capabilities, call.operation, needsSudo(where.path))) return call;
    throw permissionDenied();
  }

  /** A token's policies are those of its own namespace, and name paths from there. */
  #capabilities(token: Token, namespace: string, path: string): ReadonlySet<string> {
    const below = namespace.slice(token.namespace.length).replace(/^\//, '');
    const fromThere = below === '' ? path : `${below}/${path}`;
    const { policies } = this.#namespaces.of(token.namespace);
    return policies.capabilities(token.policies, fromThere);
  }

  #sealNow(): Done {
    this.seal.seal();
    return { status: 204, mountType: '' };
  }

  #finish(call: Call, mount: Mount, result: Result): Done {
    if (!result) {
      if (call.operation === 'read' || call.operation === 'list') throw nothingThere();
      return { status: 204, mountType: '' };
    }
    const named = call.token !== undefined && result.status !== 404 && !result.isUnnamed;
    const mountType = named ? mount.engine.type : '';
    return { ...this.#kept(call, result), mountType };
  }

  #kept(call: Call, { lease, login, ...answer }: Outcome): Omit<Done, 'mountType'> {
    const { namespace, fullPath: path, token, limits } = call;
    if (login) {
      const made = this.tokens.create({ ...login, namespace, path });
      return { ...answer, auth: authOf(made.token), warnings: made.warnings };
    }
    if (!lease || !token) return answer;
    const made = this.leases.issue(lease, { namespace, path, token, limits });
    return {
      ...answer,
      issued: made.lease.id,
      leaseId: made.lease.id,
      leaseSeconds: secondsOf(made.ttlMs),
      renewable: made.lease.renewable,
      warnings: made.warnings,
    };
  }
}

const ROOT_TOKEN = {
  namespace: '',
  path: 'auth/token/root',
  type: 'service',
  policies: ['root'],
  meta: null,
  displayName: 'root',
  entityId: '',
  numUses: 0,
  renewable: false,
  explicitMaxMs: 0,
  terms: () => undefined,
} as const;

const ONE_USE_LEFT =
  'Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.';

interface Where {
  readonly namespace: string;
  readonly path: string;
  readonly mount: Mount | undefined;
  readonly within: string;
  readonly token: Token | undefined;
}

function callFor({ operation, body, query, peer }: VaultRequest, where: Where): Call {
  const { namespace, path: fullPath, mount, within: path, token } = where;
  const limits = mount?.limits ?? { defaultMs: 0, maxMs: 0 };
  return {
    operation: operationOn(operation, where),
    path,
    fullPath,
    namespace,
    body,
    query,
    limits,
    peer,
    token,
  };
}

/** A write is a creation where the engine can tell that nothing is there yet. */
function operationOn(operation: Operation, { mount, within }: Where): Operation {
  const creates = operation === 'update' && mount?.engine.exists?.(within) === false;
  return creates ? 'create' : operation;
}
