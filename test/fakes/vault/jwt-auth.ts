/** Logins by a signed token: verified with the keys of the mount's configuration, bound by audience and subject. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Call, type Engine, follow, type Outcome, type Route } from './call.ts';
import { badRequest } from './envelope.ts';
import { type Fields, fieldsOf, numberOf, textOf, textsOf } from './json.ts';
import type { Seeded } from './seeded.ts';
import { entities, type TokenRole, tokenRoleOf, tokenWishOf } from './token-role.ts';

interface State {
  readonly clock: Clock;
  readonly mount: string;
  readonly roles: Map<string, TokenRole>;
  readonly entityOf: (name: string) => string;
  keys: readonly KeyObject[];
}

export function jwtAuth(parts: { clock: Clock; random: Seeded; mount: string }): Engine {
  const state: State = { ...parts, roles: new Map(), entityOf: entities(parts.random), keys: [] };
  const routes = routesOf(state);
  return {
    type: 'jwt',
    answer: (call) => follow(routes, call),
    isOpen: (path) => path === 'login',
  };
}

function routesOf(state: State): Route[] {
  return [
    {
      path: /^config$/,
      acts: {
        update: ({ body }) => {
          state.keys = textsOf(body['jwt_validation_pubkeys']).map((pem) => createPublicKey(pem));
          return undefined;
        },
      },
    },
    {
      path: /^role\/([^/]+)$/,
      acts: {
        update: ({ body }, name = '') => {
          const fields = { ...state.roles.get(name)?.fields, ...body };
          if (textOf(fields['user_claim']) === '')
            throw badRequest('a user claim must be defined on the role');
          if (!textOf(fields['bound_subject']) && textsOf(fields['bound_audiences']).length === 0)
            throw badRequest(
              'must have at least one bound constraint when creating/updating a role',
            );
          state.roles.set(name, tokenRoleOf(fields));
          return undefined;
        },
        delete: (_call, name = '') => void state.roles.delete(name),
      },
    },
    { path: /^login$/, acts: { update: (call) => logIn(state, call) } },
  ];
}

function logIn(state: State, { body, limits }: Call): Outcome {
  const name = textOf(body['role']);
  const role = state.roles.get(name);
  if (name === '') throw badRequest('missing role');
  if (!role) throw badRequest(`role "${name}" could not be found`);
  const jwt = textOf(body['jwt']);
  if (jwt === '') throw badRequest('missing token');
  const claims = claimsOf(state, jwt);
  assertInTime(state.clock, claims);
  assertBound(role, claims);
  const user = textOf(claims[textOf(role.fields['user_claim'])]);
  const meta = { role: name };
  const who = { meta, displayName: `${state.mount}-${user}`, entityId: state.entityOf(user) };
  return { login: tokenWishOf(name, role, who, limits, () => state.roles.get(name)) };
}

function claimsOf({ keys }: State, jwt: string): Fields {
  const [head = '', claims = '', signature] = jwt.split('.');
  if (signature === undefined)
    throw badRequest(
      'error validating token: error verifying token signature: go-jose/go-jose: compact JWS format must have three parts',
    );
  const content = Buffer.from(`${head}.${claims}`);
  const isSigned = keys.some((key) =>
    verify(
      'sha256',
      content,
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
  );
  if (!isSigned)
    throw badRequest(
      'error validating token: error verifying token: no known key successfully validated the token signature',
    );
  return fieldsOf(JSON.parse(Buffer.from(claims, 'base64url').toString()));
}

/** Vault's leeway. */
const LEEWAY_S = 150;

function assertInTime(clock: Clock, claims: Fields): void {
  const now = clock.now() / 1_000;
  if (now > (numberOf(claims['exp']) ?? 0) + LEEWAY_S)
    throw badRequest(
      'error validating token: invalid expiration time (exp) claim: token is expired',
    );
}

function assertBound({ fields }: TokenRole, claims: Fields): void {
  const audiences = textsOf(claims['aud']);
  const bound = textsOf(fields['bound_audiences']);
  if (bound.length > 0 && !bound.some((audience) => audiences.includes(audience)))
    throw badRequest(
      'error validating token: invalid audience (aud) claim: audience claim does not match any expected audience',
    );
  const subject = textOf(fields['bound_subject']);
  if (subject !== '' && subject !== textOf(claims['sub']))
    throw badRequest('error validating token: invalid subject (sub) claim');
}
