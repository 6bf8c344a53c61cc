/** auth/token: what tokens may ask about themselves, and what administrators may do to them. */
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Call, type Engine, follow, type Outcome, type Result, type Route } from './call.ts';
import { durationOf, rfc3339, SECOND_MS, secondsOf } from './durations.ts';
import { badRequest, listed, Refusal } from './envelope.ts';
import type { Fields } from './json.ts';
import { fieldsOf, flagOf, isFields, numberOf, textOf, textsOf } from './json.ts';
import { withDefault } from './policies.ts';
import type { Token, Tokens, TokenWish } from './tokens.ts';

export function tokenAuth(tokens: Tokens, clock: Clock): Engine {
  const routes = routesOf(tokens, clock);
  return { type: 'token', answer: (call) => follow(routes, call) };
}

/** The `auth` of an answer. */
export function authOf(token: Token): Fields {
  return {
    client_token: token.id,
    accessor: token.accessor,
    policies: token.policies,
    token_policies: token.policies,
    metadata: token.meta,
    lease_duration: secondsOf(token.ttlMs),
    renewable: token.renewable && token.type === 'service',
    entity_id: token.entityId,
    token_type: token.type,
    orphan: token.parent === undefined,
    mfa_requirement: null,
    num_uses: token.usesLeft,
  };
}

function routesOf(tokens: Tokens, clock: Clock): Route[] {
  const named = (call: Call): Token => found(tokens.find(textOf(call.body['token'])), 'bad token');
  const lookUp = (token: Token): Outcome => ({ data: described(token, clock.now()) });
  return [
    { path: /^lookup-self$/, acts: { read: (call) => lookUp(selfOf(call)) } },
    { path: /^lookup$/, acts: { update: (call) => lookUp(named(call)) } },
    { path: /^renew-self$/, acts: { update: (call) => renew(tokens, selfOf(call), call) } },
    { path: /^renew$/, acts: { update: (call) => renew(tokens, named(call), call) } },
    { path: /^revoke-self$/, acts: { update: (call) => revoke(tokens, selfOf(call)) } },
    { path: /^revoke$/, acts: { update: (call) => revoke(tokens, named(call)) } },
    { path: /^create$/, acts: { update: (call) => create(selfOf(call), call) } },
    { path: /^accessors\/?$/, acts: { list: () => accessors(tokens) } },
    { path: /^lookup-accessor$/, acts: { update: (call) => lookUpAccessor(tokens, clock, call) } },
    {
      path: /^revoke-accessor$/,
      acts: { update: (call) => revoke(tokens, byAccessor(tokens, call)) },
    },
  ];
}

function selfOf({ token }: Call): Token {
  return found(token, 'permission denied');
}

function found(token: Token | undefined, otherwise: string): Token {
  if (!token) throw new Refusal(403, [otherwise]);
  return token;
}

function described(token: Token, now: number): Fields {
  const { expiresAt, renewedAt } = token;
  return {
    accessor: token.accessor,
    creation_time: Math.floor(token.createdAt / SECOND_MS),
    creation_ttl: secondsOf(token.creationTtlMs),
    display_name: token.displayName,
    entity_id: token.entityId,
    expire_time: expiresAt === undefined ? null : rfc3339(expiresAt),
    explicit_max_ttl: secondsOf(token.explicitMaxMs),
    id: token.id,
    meta: token.meta,
    // Vault's own mark of a token whose last use this is.
    num_uses: token.numUses > 0 && token.usesLeft === 0 ? -1 : token.usesLeft,
    orphan: token.parent === undefined,
    path: token.path,
    policies: token.policies,
    ttl: expiresAt === undefined ? 0 : Math.floor((expiresAt - now) / SECOND_MS),
    type: token.type,
    ...(token.periodMs > 0 && { period: secondsOf(token.periodMs) }),
    ...(token.namespace !== '' && { namespace_path: `${token.namespace}/` }),
    ...(expiresAt !== undefined && {
      issue_time: rfc3339(token.createdAt),
      renewable: token.renewable && token.type === 'service',
    }),
    ...(renewedAt !== undefined && {
      last_renewal: rfc3339(renewedAt),
      last_renewal_time: Math.floor(renewedAt / SECOND_MS),
    }),
  };
}

function renew(tokens: Tokens, token: Token, call: Call): Outcome {
  const warnings = tokens.renew(token, durationOf(call.body['increment'], 'increment'));
  return { auth: authOf(token), warnings };
}

function revoke(tokens: Tokens, token: Token): Result {
  if (token.type === 'batch') throw badRequest('batch tokens cannot be revoked');
  tokens.revoke(token);
  return undefined;
}

function accessors(tokens: Tokens): Outcome {
  const keys = tokens.live().flatMap(({ accessor }) => (accessor === '' ? [] : [accessor]));
  return { data: { keys } };
}

function byAccessor(tokens: Tokens, call: Call): Token {
  const token = tokens.byAccessor(textOf(call.body['accessor']));
  if (!token) throw listed(400, 'invalid accessor');
  return token;
}

function lookUpAccessor(tokens: Tokens, clock: Clock, call: Call): Outcome {
  return { data: { ...described(byAccessor(tokens, call), clock.now()), id: '' } };
}

/** A root token makes tokens of any kind; others children with policies of their own. */
function create(parent: Token, call: Call): Outcome {
  if (parent.type === 'batch') throw badRequest('batch tokens cannot create more tokens');
  if (parent.numUses > 0) throw badRequest('restricted use token cannot generate child tokens');
  for (const field of ['explicit_max_ttl', 'num_uses', 'period']) {
    if (call.body['type'] === 'batch' && call.body[field])
      throw badRequest(`batch tokens cannot have "${field}" set`);
  }
  return { login: childOf(parent, call) };
}

function childOf(parent: Token, { body, limits }: Call): Omit<TokenWish, 'path' | 'namespace'> {
  const policies = policiesOf(parent, body);
  const ttlMs = durationOf(body['ttl'], 'ttl');
  const periodMs = durationOf(body['period'], 'period');
  const endless = policies.includes('root') && ttlMs === 0;
  const batch = body['type'] === 'batch';
  return {
    type: batch ? 'batch' : 'service',
    policies,
    meta: isFields(body['meta']) ? fieldsOf(body['meta']) : null,
    displayName: ['token', textOf(body['display_name'])]
      .join('-')
      .replace(/[^\w]|_/g, '-')
      .replace(/-$/, ''),
    entityId: '',
    numUses: numberOf(body['num_uses']) ?? 0,
    renewable: !batch && (body['renewable'] === undefined || flagOf(body['renewable'])),
    explicitMaxMs: durationOf(body['explicit_max_ttl'], 'explicit_max_ttl'),
    parent: flagOf(body['no_parent']) ? undefined : parent,
    ...(body['id'] !== undefined && { id: textOf(body['id']) }),
    terms: (lastTtlMs) => (endless ? undefined : { limits, ttlMs: lastTtlMs ?? ttlMs, periodMs }),
  };
}

function policiesOf(parent: Token, body: Fields): readonly string[] {
  const asked = textsOf(body['policies']);
  if (asked.length === 0) return parent.policies;
  const isRoot = parent.policies.includes('root');
  if (!isRoot && asked.some((policy) => !parent.policies.includes(policy)))
    throw badRequest('child policies must be subset of parent');
  const plain = flagOf(body['no_default_policy']);
  return plain ? asked.filter((policy) => policy !== 'default').sort() : withDefault(asked);
}
