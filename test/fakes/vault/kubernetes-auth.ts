/**
 * Logins of service accounts: whoever the injected reviewer recognises in a token is let in by the roles that bind
 * its name and namespace. Knows nothing of how tokens are signed.
 */
import { type Call, type Engine, follow, type Outcome, type Route } from './call.ts';
import { badRequest, Refusal } from './envelope.ts';
import { type Fields, textOf, textsOf } from './json.ts';
import { keysUnder } from './kv1.ts';
import type { Seeded } from './seeded.ts';
import { entities, type TokenRole, tokenRoleOf, tokenWishOf } from './token-role.ts';
import type { TokenWish } from './tokens.ts';

export interface ServiceAccountToken {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly uid: string;
  readonly audiences: readonly string[];
}

/**
 * What a TokenReview for the token's own audiences says; undefined: not authenticated. A role without an audience
 * takes any, as on a real Vault.
 */
export type Authenticate = (jwt: string) => Promise<ServiceAccountToken | undefined>;

interface Role extends TokenRole {
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  readonly audience: string;
}

interface Login {
  readonly authenticate: Authenticate;
  readonly roles: ReadonlyMap<string, Role>;
  readonly entityOf: (uid: string) => string;
  readonly mount: string;
}

export function kubernetesAuth(parts: {
  authenticate: Authenticate;
  random: Seeded;
  mount: string;
}): Engine {
  const roles = new Map<string, Role>();
  const entityOf = entities(parts.random);
  const config = new Map<string, Fields>();
  const routes = routesOf({ ...parts, roles, entityOf }, roles, config);
  return {
    type: 'kubernetes',
    answer: (call) => follow(routes, call),
    isOpen: (path) => path === 'login',
  };
}

function routesOf(login: Login, roles: Map<string, Role>, config: Map<string, Fields>): Route[] {
  return [
    {
      path: /^config$/,
      acts: {
        update: ({ body }) => void config.set('', body),
        read: () => ({ data: config.get('') ?? {} }),
      },
    },
    { path: /^role\/?$/, acts: { list: () => keysUnder([...roles.keys()], '') } },
    {
      path: /^role\/([^/]+)$/,
      acts: {
        update: ({ body }, name = '') => {
          const role = roleOf({ ...roles.get(name)?.fields, ...body }, name);
          roles.set(name, role);
          return role.audience === '' ? { warnings: [withoutAudience(name)] } : undefined;
        },
        read: (_call, name = '') => {
          const role = roles.get(name);
          return role && { data: role.fields };
        },
        delete: (_call, name = '') => void roles.delete(name),
      },
    },
    {
      path: /^login$/,
      acts: {
        update: (call) => {
          if (!config.has('')) throw new Refusal(500, ['could not load backend configuration']);
          return logIn(login, call);
        },
      },
    },
  ];
}

function roleOf(fields: Fields, name: string): Role {
  const names = textsOf(fields['bound_service_account_names']);
  const namespaces = textsOf(fields['bound_service_account_namespaces']);
  if (name === '' || names.length === 0)
    throw badRequest('"bound_service_account_names" can not be empty');
  if (namespaces.length === 0)
    throw badRequest(
      '"bound_service_account_namespaces" can not be empty if "bound_service_account_namespace_selector" is not set',
    );
  const audience = textOf(fields['audience']);
  return { ...tokenRoleOf(fields), names, namespaces, audience };
}

function withoutAudience(name: string): string {
  return `Role ${name} does not have an audience configured. While audiences are not required, consider specifying one if your use case would benefit from additional JWT claim verification.`;
}

async function logIn(login: Login, call: Call): Promise<Outcome> {
  const name = required(call, 'role');
  const jwt = required(call, 'jwt');
  const role = login.roles.get(name);
  if (!role) throw badRequest(`invalid role name "${name}"`);
  const account = await login.authenticate(jwt);
  if (!account) throw new Refusal(403, ['permission denied']);
  assertBound(role, account);
  return { login: tokenWish(login, name, role, account, call) };
}

function required({ body }: Call, field: string): string {
  const value = textOf(body[field]);
  if (value === '') throw badRequest(`missing ${field}`);
  return value;
}

function assertBound(role: Role, account: ServiceAccountToken): void {
  if (role.audience !== '' && !account.audiences.includes(role.audience))
    throw new Refusal(403, [
      'invalid audience (aud) claim: audience claim does not match any expected audience',
    ]);
  if (!matchesOne(role.names, account.serviceAccount))
    throw new Refusal(403, ['service account name not authorized']);
  if (!matchesOne(role.namespaces, account.namespace))
    throw new Refusal(403, ['namespace not authorized']);
}

/** Globs may begin or end with an asterisk. */
function matchesOne(patterns: readonly string[], value: string): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(value);
  });
}

function tokenWish(
  { roles, entityOf, mount }: Login,
  name: string,
  role: Role,
  account: ServiceAccountToken,
  { limits }: Call,
): Omit<TokenWish, 'path' | 'namespace'> {
  const { namespace, serviceAccount, uid } = account;
  const meta = {
    role: name,
    service_account_name: serviceAccount,
    service_account_namespace: namespace,
    service_account_secret_name: '',
    service_account_uid: uid,
  };
  const displayName = `${mount}-${namespace}-${serviceAccount}`.replaceAll('/', '-');
  const who = { meta, displayName, entityId: entityOf(uid) };
  return tokenWishOf(name, role, who, limits, () => roles.get(name));
}
