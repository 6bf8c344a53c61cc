/**
 * Tokens: how long they live, how often they may be used, and what dies with them. Knows nothing of who gets one;
 * what a renewal grants is asked of whoever made the token, because roles may change in between.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { type Grant, granted, type MountLimits } from './durations.ts';
import { badRequest, listed } from './envelope.ts';
import type { Expiry } from './expiry.ts';
import type { Fields } from './json.ts';
import type { Seeded } from './seeded.ts';

export interface TokenTerms {
  readonly limits: MountLimits;
  readonly ttlMs: number;
  readonly maxMs?: number;
  readonly periodMs?: number;
}

export interface TokenWish {
  readonly namespace: string;
  /** Where it comes from: auth/kubernetes/login. */
  readonly path: string;
  readonly type: 'service' | 'batch';
  readonly policies: readonly string[];
  readonly meta: Fields | null;
  readonly displayName: string;
  readonly entityId: string;
  /** 0: without limit. */
  readonly numUses: number;
  readonly renewable: boolean;
  readonly explicitMaxMs: number;
  readonly parent?: Token | undefined;
  readonly id?: string | undefined;
  /** Asked at the login and at each renewal, then with what was granted last. Undefined: it never ends. */
  terms(lastTtlMs?: number): TokenTerms | undefined;
}

export interface Token extends TokenWish {
  readonly id: string;
  /** Empty for a batch token. */
  readonly accessor: string;
  /** The id of its own entry among the leases; empty for a batch token. */
  readonly leaseId: string;
  readonly createdAt: number;
  readonly creationTtlMs: number;
  readonly periodMs: number;
  usesLeft: number;
  ttlMs: number;
  expiresAt: number | undefined;
  renewedAt: number | undefined;
}

export class Tokens {
  readonly #clock: Clock;
  readonly #expiry: Expiry;
  readonly #random: Seeded;
  readonly #live = new Map<string, Token>();
  readonly #onRevoked: (token: Token) => void;

  constructor(parts: {
    clock: Clock;
    expiry: Expiry;
    random: Seeded;
    onRevoked: (token: Token) => void;
  }) {
    this.#clock = parts.clock;
    this.#expiry = parts.expiry;
    this.#random = parts.random;
    this.#onRevoked = parts.onRevoked;
  }

  create(wish: TokenWish): { token: Token; warnings: readonly string[] } {
    const now = this.#clock.now();
    const terms = wish.terms();
    const { ttlMs = 0, warnings } = this.#granted(wish, terms, now, 0);
    const service = wish.type === 'service';
    const token: Token = {
      ...wish,
      id: wish.id ?? `${service ? 'hvs' : 'hvb'}.${this.#random.base62(service ? 24 : 120)}`,
      accessor: service ? this.#random.base62(24) : '',
      leaseId: service ? `${wish.path}/h${this.#random.base62(63).toLowerCase()}` : '',
      createdAt: now,
      creationTtlMs: ttlMs,
      periodMs: terms?.periodMs ?? 0,
      usesLeft: wish.numUses,
      ttlMs,
      expiresAt: ttlMs > 0 ? now + ttlMs : undefined,
      renewedAt: undefined,
    };
    this.#live.set(token.id, token);
    this.#arm(token);
    return { token, warnings };
  }

  /** Undefined when it never was or is no more. */
  find(id: string): Token | undefined {
    return this.#live.get(id);
  }

  byAccessor(accessor: string): Token | undefined {
    return this.live().find((token) => token.accessor !== '' && token.accessor === accessor);
  }

  byLease(leaseId: string): Token | undefined {
    return this.live().find((token) => token.leaseId !== '' && token.leaseId === leaseId);
  }

  live(): Token[] {
    return [...this.#live.values()];
  }

  /** Counts a use; true when it was the last one, after which the token is to be revoked. */
  use(token: Token): boolean {
    if (token.numUses === 0) return false;
    token.usesLeft -= 1;
    return token.usesLeft === 0;
  }

  /** From now on, not on top of what is left: a shorter increment shortens the token's life. */
  renew(token: Token, incrementMs: number): readonly string[] {
    if (token.type === 'batch') throw badRequest('batch tokens cannot be renewed');
    if (token.expiresAt === undefined) throw badRequest('invalid lease ID');
    if (!token.renewable) throw badRequest('lease is not renewable');
    const now = this.#clock.now();
    const terms = token.terms(token.ttlMs);
    const { ttlMs, warnings } = this.#granted(token, terms, token.createdAt, incrementMs);
    if (ttlMs === undefined) throw listed(500, 'past the max TTL, cannot renew');
    token.ttlMs = ttlMs;
    token.expiresAt = now + ttlMs;
    token.renewedAt = now;
    this.#arm(token);
    return warnings;
  }

  /** With its children and all leases made under them. A batch token only ends by its time. */
  revoke(token: Token): void {
    if (!this.#live.delete(token.id)) return;
    this.#expiry.clear(token);
    for (const child of this.live().filter(({ parent }) => parent === token)) this.revoke(child);
    this.#onRevoked(token);
  }

  #granted(
    { explicitMaxMs }: TokenWish,
    terms: TokenTerms | undefined,
    issuedAt: number,
    incrementMs: number,
  ): Grant {
    if (!terms) return { ttlMs: 0, warnings: [] };
    return granted({ now: this.#clock.now(), issuedAt, incrementMs, explicitMaxMs, ...terms });
  }

  #arm(token: Token): void {
    if (token.expiresAt === undefined) return;
    this.#expiry.set(token, token.expiresAt, () => this.revoke(token));
  }
}
