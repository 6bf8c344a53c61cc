/**
 * One token that several readers use, and how long it may be used. Promises that it is given back only after the
 * last of them is done, and never while leases hang on it. Knows time only as instants that are handed in.
 */
import type { TokenAccess, TokenGrant, TokenLogin } from '../api/vault-exchange.ts';

/** Vault counts in whole seconds: a renewal within this of the login's TTL was granted in full. */
const ROUNDING_MS = 2_000;
/** Too close to the end to start a call with. */
const LAST_MS = 5_000;
const LAST_SHARE = 0.1;
/** What leases are hung on shall outlive its next renewal by far. */
const LASTING_SHARE = 0.75;

export class HeldToken {
  readonly access: TokenAccess;
  readonly login: TokenLogin;
  readonly #giveBack: (access: TokenAccess) => void;
  #grant: TokenGrant;
  #uses = 0;
  #usesAtGrant = 0;
  #readers = 0;
  #retired = false;
  /** Leases were made under it: they die with it, so it is kept alive and not revoked. */
  ownsLeases = false;
  /** On record elsewhere, with leases: whoever wrote it there gives it back. */
  lent = false;
  /** Vault said so: there is nothing to give back. */
  dead = false;

  constructor(access: TokenAccess, login: TokenLogin, giveBack: (access: TokenAccess) => void) {
    this.access = access;
    this.login = login;
    this.#grant = login;
    this.#giveBack = giveBack;
  }

  /** The last grant; a TTL of 0 is a token without an end. */
  get grant(): TokenGrant {
    return this.#grant;
  }

  get endsAt(): number {
    const { askedAt, ttlMs } = this.#grant;
    return ttlMs === 0 ? Number.POSITIVE_INFINITY : askedAt + ttlMs;
  }

  /** Vault would still lengthen its life in full. */
  get renewable(): boolean {
    const truncated = this.#grant.ttlMs + ROUNDING_MS < this.login.ttlMs;
    return this.login.renewable && this.login.numUses === 0 && !truncated;
  }

  /** It must not end while this is so. */
  get isNeeded(): boolean {
    return this.ownsLeases || this.lent;
  }

  /** Nobody used it since the last grant. */
  get idle(): boolean {
    return this.#uses === this.#usesAtGrant;
  }

  usableAt(now: number): boolean {
    if (this.#retired || this.#usedUp) return false;
    return now < this.endsAt - Math.min(LAST_MS, this.#grant.ttlMs * LAST_SHARE);
  }

  /** Most of its life is before it. */
  lastsAt(now: number): boolean {
    return this.usableAt(now) && this.endsAt - now >= this.login.ttlMs * LASTING_SHARE;
  }

  renewed(grant: TokenGrant): void {
    this.#grant = grant;
    this.#usesAtGrant = this.#uses;
  }

  /** One call under it. */
  async use<T>(act: (held: HeldToken) => Promise<T>): Promise<T> {
    this.#uses += 1;
    this.#readers += 1;
    try {
      return await act(this);
    } finally {
      this.#readers -= 1;
      this.#leave();
    }
  }

  /** No new reader; given back when the last one is done. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#leave();
  }

  get #usedUp(): boolean {
    return this.login.numUses > 0 && this.#uses >= this.login.numUses;
  }

  #leave(): void {
    if (!this.#retired || this.#readers > 0) return;
    // A batch token cannot be revoked, and a used-up one is gone already.
    const owed = this.login.type === 'service' && !this.#usedUp && !this.dead;
    if (owed && !this.isNeeded) this.#giveBack(this.access);
  }
}
