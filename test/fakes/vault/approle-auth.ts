/**
 * Logins by a role id and a secret id, which may be used so often as the role says. One that is past its TTL is taken
 * for some time more, as a real Vault does until it tidies up.
 */
import { randomUUID } from 'node:crypto';
import { type Call, type Engine, follow, type Outcome, type Route } from './call.ts';
import { durationOf, secondsOf } from './durations.ts';
import { badRequest, Refusal } from './envelope.ts';
import { numberOf, textOf } from './json.ts';
import type { Seeded } from './seeded.ts';
import { entities, type TokenRole, tokenRoleOf, tokenWishOf } from './token-role.ts';

interface AppRole {
  readonly roleId: string;
  readonly terms: TokenRole;
  readonly secretIds: Map<string, { usesLeft: number }>;
}

interface State {
  readonly mount: string;
  readonly roles: Map<string, AppRole>;
  readonly entityOf: (name: string) => string;
}

export function appRoleAuth(parts: { random: Seeded; mount: string }): Engine {
  const routes = routesOf({ ...parts, roles: new Map(), entityOf: entities(parts.random) });
  return {
    type: 'approle',
    answer: (call) => follow(routes, call),
    isOpen: (path) => path === 'login',
  };
}

function routesOf(state: State): Route[] {
  const { roles } = state;
  return [
    {
      path: /^role\/([^/]+)$/,
      acts: {
        update: ({ body }, name = '') => {
          const before = roles.get(name);
          roles.set(name, {
            roleId: before?.roleId ?? randomUUID(),
            terms: tokenRoleOf({ ...before?.terms.fields, ...body }),
            secretIds: before?.secretIds ?? new Map(),
          });
          return undefined;
        },
        delete: (_call, name = '') => void roles.delete(name),
      },
    },
    {
      path: /^role\/([^/]+)\/role-id$/,
      acts: {
        read: (_call, name = '') => {
          const role = roles.get(name);
          return role && { data: { role_id: role.roleId } };
        },
      },
    },
    {
      path: /^role\/([^/]+)\/secret-id$/,
      acts: { update: (_call, name = '') => newSecretId(state, name) },
    },
    {
      path: /^role\/([^/]+)\/secret-id\/destroy$/,
      acts: {
        update: ({ body }, name = '') =>
          void roles.get(name)?.secretIds.delete(textOf(body['secret_id'])),
      },
    },
    { path: /^login$/, acts: { update: (call) => logIn(state, call) } },
  ];
}

function newSecretId({ roles }: State, name: string): Outcome {
  const role = roles.get(name);
  if (!role) throw new Refusal(404, [`role "${name}" does not exist`]);
  const { fields } = role.terms;
  const ttlMs = durationOf(fields['secret_id_ttl'], 'secret_id_ttl');
  const uses = numberOf(fields['secret_id_num_uses']) ?? 0;
  const id = randomUUID();
  role.secretIds.set(id, { usesLeft: uses || Number.POSITIVE_INFINITY });
  return {
    data: {
      secret_id: id,
      secret_id_accessor: randomUUID(),
      secret_id_num_uses: uses,
      secret_id_ttl: secondsOf(ttlMs),
    },
  };
}

function logIn({ mount, roles, entityOf }: State, { body, limits }: Call): Outcome {
  const roleId = textOf(body['role_id']);
  if (roleId === '') throw new Refusal(500, ['failed to determine alias name from login request']);
  const found = [...roles].find(([, role]) => role.roleId === roleId);
  if (!found) throw badRequest('invalid role or secret ID');
  const [name, { terms, secretIds }] = found;
  if (textOf(body['secret_id']) === '') throw badRequest('missing secret_id');
  const secretId = secretIds.get(textOf(body['secret_id']));
  if (!secretId || secretId.usesLeft === 0) throw badRequest('invalid role or secret ID');
  secretId.usesLeft -= 1;
  const who = { meta: { role_name: name }, displayName: mount, entityId: entityOf(roleId) };
  return { login: tokenWishOf(`"${name}"`, terms, who, limits, () => roles.get(name)?.terms) };
}
