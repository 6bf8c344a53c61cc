/** What the roles of all login methods say of the tokens that they give, and the token that a login comes to. */
import { durationOf, type MountLimits } from './durations.ts';
import { badRequest, listed } from './envelope.ts';
import { type Fields, flagOf, numberOf, textsOf } from './json.ts';
import { withDefault } from './policies.ts';
import type { TokenTerms, TokenWish } from './tokens.ts';

export interface TokenRole extends Omit<TokenTerms, 'limits'> {
  readonly policies: readonly string[];
  readonly noDefaultPolicy: boolean;
  readonly type: 'service' | 'batch';
  readonly numUses: number;
  readonly explicitMaxMs: number;
  /** As they were written. */
  readonly fields: Fields;
}

export function tokenRoleOf(fields: Fields): TokenRole {
  const duration = (field: string): number => durationOf(fields[field], field);
  const role: TokenRole = {
    policies: textsOf(fields['token_policies'] ?? fields['policies']),
    noDefaultPolicy: flagOf(fields['token_no_default_policy']),
    type: fields['token_type'] === 'batch' ? 'batch' : 'service',
    numUses: numberOf(fields['token_num_uses']) ?? 0,
    explicitMaxMs: duration('token_explicit_max_ttl'),
    ttlMs: duration('token_ttl'),
    maxMs: duration('token_max_ttl'),
    periodMs: duration('token_period'),
    fields,
  };
  assertSound(role);
  return role;
}

function assertSound({ ttlMs, maxMs = 0, type, periodMs, numUses }: TokenRole): void {
  if (maxMs > 0 && ttlMs > maxMs)
    throw badRequest("'token_ttl' cannot be greater than 'token_max_ttl'");
  const kind = "'token_type' cannot be 'batch' or 'default_batch' when set to generate";
  if (type === 'batch' && periodMs) throw badRequest(`${kind} periodic tokens`);
  if (type === 'batch' && numUses) throw badRequest(`${kind} tokens with limited use count`);
}

/** `now`: the role as it is at a renewal. */
export function tokenWishOf(
  /** As it is told of in errors. */
  name: string,
  role: TokenRole,
  who: Pick<TokenWish, 'meta' | 'displayName' | 'entityId'>,
  limits: MountLimits,
  now: () => TokenRole | undefined,
): Omit<TokenWish, 'path' | 'namespace'> {
  return {
    ...who,
    type: role.type,
    policies: role.noDefaultPolicy ? [...role.policies].sort() : withDefault(role.policies),
    numUses: role.numUses,
    renewable: true,
    explicitMaxMs: role.explicitMaxMs,
    terms: () => {
      const current = now();
      if (!current)
        throw listed(500, `failed to renew entry: role ${name} does not exist during renewal`);
      return {
        limits,
        ttlMs: current.ttlMs,
        maxMs: current.maxMs ?? 0,
        periodMs: current.periodMs ?? 0,
      };
    },
  };
}

/** The same for the same name. */
export function entities(random: { uuid(): string }): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const id = known.get(name) ?? random.uuid();
    known.set(name, id);
    return id;
  };
}
