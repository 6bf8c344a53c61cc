/**
 * Leases: granted, renewed from now on, capped by their maximum, ended by their time, by hand or with their token.
 * A lease may promise more time than its token has, as on a real Vault; it dies with the token all the same.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { granted, type MountLimits } from './durations.ts';
import { badRequest } from './envelope.ts';
import type { Expiry } from './expiry.ts';
import type { Fields } from './json.ts';
import type { Seeded } from './seeded.ts';
import type { Token } from './tokens.ts';

export interface LeaseTerms {
  /** 0: what the mount says. */
  readonly ttlMs: number;
  readonly maxMs: number;
}

export interface LeaseWish {
  readonly renewable: boolean;
  /** Asked when it is issued and at each renewal: the role may have changed. */
  terms(): LeaseTerms;
  /** What a renewal tells again of the secret; most engines tell nothing. */
  data?(): Fields | undefined;
  /** Undoes what the lease is about. */
  revoke(): void;
}

export interface Lease {
  readonly id: string;
  /** Where it was issued: database/creds/app. */
  readonly path: string;
  readonly namespace: string;
  readonly token: Token;
  readonly wish: LeaseWish;
  readonly issuedAt: number;
  readonly limits: MountLimits;
  renewable: boolean;
  expiresAt: number;
  renewedAt: number | undefined;
}

export interface Granted {
  readonly lease: Lease;
  readonly ttlMs: number;
  readonly warnings: readonly string[];
}

export class Leases {
  readonly #clock: Clock;
  readonly #expiry: Expiry;
  readonly #random: Seeded;
  readonly #live = new Map<string, Lease>();

  constructor(parts: { clock: Clock; expiry: Expiry; random: Seeded }) {
    this.#clock = parts.clock;
    this.#expiry = parts.expiry;
    this.#random = parts.random;
  }

  issue(wish: LeaseWish, under: Pick<Lease, 'path' | 'namespace' | 'token' | 'limits'>): Granted {
    const issuedAt = this.#clock.now();
    const { path, namespace, token, limits } = under;
    const id = `${path}/${this.#random.base62(24)}`;
    const { renewable } = wish;
    const times = { issuedAt, expiresAt: issuedAt, renewedAt: undefined };
    const lease: Lease = { id, path, namespace, token, limits, wish, renewable, ...times };
    const { ttlMs = 0, warnings } = granted({ now: issuedAt, issuedAt, limits, ...wish.terms() });
    this.#live.set(id, lease);
    return { lease, ttlMs: this.#extend(lease, ttlMs), warnings };
  }

  find(id: string): Lease | undefined {
    return this.#live.get(id);
  }

  /** Those whose id begins so, oldest first. */
  live(prefix = ''): Lease[] {
    return [...this.#live.values()].filter(({ id }) => id.startsWith(prefix));
  }

  /** From now on; never past the maximum, counted from when it was issued. */
  renew(lease: Lease, incrementMs: number): Granted {
    if (!lease.renewable) throw badRequest('lease is not renewable');
    const now = this.#clock.now();
    const { issuedAt, limits, wish } = lease;
    const { ttlMs, warnings } = granted({ now, issuedAt, limits, incrementMs, ...wish.terms() });
    if (ttlMs === undefined) throw badRequest('past the max TTL, cannot renew');
    lease.renewedAt = now;
    return { lease, ttlMs: this.#extend(lease, ttlMs), warnings };
  }

  revoke(lease: Lease): void {
    if (!this.#live.delete(lease.id)) return;
    this.#expiry.clear(lease);
    lease.wish.revoke();
  }

  revokeOf(token: Token): void {
    for (const lease of this.live().filter((each) => each.token === token)) this.revoke(lease);
  }

  /** A batch token cannot be outlived. Answers how long it is until the end. */
  #extend(lease: Lease, ttlMs: number): number {
    const now = this.#clock.now();
    const tokenEnd = lease.token.type === 'batch' ? lease.token.expiresAt : undefined;
    lease.expiresAt = Math.min(now + ttlMs, tokenEnd ?? Number.POSITIVE_INFINITY);
    this.#expiry.set(lease, lease.expiresAt, () => this.revoke(lease));
    return lease.expiresAt - now;
  }
}
