/**
 * Reads under the shared tokens of identities. Promises that equal reads under way are one, that a dead token costs
 * one login for all who notice, and that every token is given back when its identity is forgotten or we stop.
 */
import {
  type BorrowedToken,
  type LeaseRenewal,
  type LoginSource,
  type SecretAnswer,
  type SecretRequest,
  sourceOf,
  type TokenAccess,
  type VaultIdentity,
} from '../api/vault-exchange.ts';
import { SingleFlight } from '../runtime/single-flight.ts';
import { GiveBacks } from './give-backs.ts';
import { interruption, unlessAborted } from './interruption.ts';
import { renewLease, revokeLease } from './lease-calls.ts';
import type { LoginContext } from './login.ts';
import { withRepeats } from './repeats.ts';
import { askSecret } from './secret-calls.ts';
import { SharedToken } from './shared-token.ts';
import { revokeSelf } from './token-calls.ts';

/** As many as VSO keeps clients. */
const MOST_IDENTITIES = 10_000;
/** For all tokens together. */
const GIVE_BACK_MS = 5_000;

export interface SessionOptions extends LoginContext {
  /** How many identities keep their token; the least used one is given back first. */
  readonly most?: number;
  /** Whether a token was at hand, each time one was asked for. */
  readonly onToken: (atHand: boolean) => void;
}

export class Sessions {
  readonly #options: SessionOptions;
  readonly #giveBacks: GiveBacks;
  readonly #reads = new SingleFlight<SecretAnswer>();
  /** In the order of last use. */
  readonly #shared = new Map<string, SharedToken>();
  /** On record from an earlier process, until their identity is needed. */
  readonly #lent = new Map<string, BorrowedToken>();
  /** How many are about to hang a lease on the token of an identity. */
  readonly #borrowers = new Map<string, number>();
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#giveBacks = new GiveBacks(options.clock);
  }

  /** How many identities hold a token or had one last. */
  get size(): number {
    return this.#shared.size;
  }

  /** A GET is merged with equal ones and may be repeated, so never read a path that issues. A PUT is done once. */
  read(
    identity: VaultIdentity,
    request: SecretRequest,
    signal: AbortSignal,
  ): Promise<SecretAnswer> {
    if (request.method !== 'GET') return this.#ask(identity, request, signal);
    const { clock } = this.#options;
    const key = JSON.stringify([identity.key, request.namespace, request.path, request.query]);
    const work = (stop: AbortSignal): Promise<SecretAnswer> =>
      withRepeats(clock, stop, () => this.#ask(identity, request, stop));
    return unlessAborted(signal, () => this.#reads.do(key, work, signal));
  }

  /** What `act` gives under the shared token; for what is no read of a secret. */
  async under<T>(
    identity: VaultIdentity,
    signal: AbortSignal,
    act: (access: TokenAccess) => Promise<T>,
  ): Promise<T> {
    return this.#sharedOf(identity, signal).under(signal, (held) => act(held.access));
  }

  /** Renews a lease by id under the shared token, whoever made it. */
  async renewLease(
    identity: VaultIdentity,
    namespace: string,
    leaseId: string,
    incrementMs: number,
    signal: AbortSignal,
  ): Promise<LeaseRenewal> {
    return this.under(identity, signal, (access) =>
      renewLease(this.#options, { ...access, namespace }, leaseId, incrementMs, signal),
    );
  }

  /** TTL that this identity's last login was granted; undefined before the first, and for a token without an end. */
  tokenTtlMs(identity: VaultIdentity): number | undefined {
    return this.#shared.get(identity.key)?.loginTtlMs || undefined;
  }

  /** Epoch ms at which the first of the kept tokens ends, if nobody renews it; undefined when none has an end. */
  firstTokenEnd(): number | undefined {
    const ends = [...this.#shared.values()].flatMap(({ endsAt }) => endsAt ?? []);
    const first = Math.min(...ends);
    return Number.isFinite(first) ? first : undefined;
  }

  /** Drops the identities of a changed VaultAuth or VaultConnection; their tokens go back in the background. */
  forget(which: (identity: VaultIdentity, sourceDigest: string | undefined) => boolean): void {
    for (const [key, shared] of this.#shared)
      if (which(shared.identity, shared.sourceDigest)) this.#drop(key, shared);
  }

  /** Where the living tokens under a VaultAuth come from, each source once. */
  sourcesOf(authName: string): readonly LoginSource[] {
    const found = new Map<string, LoginSource>();
    for (const { identity, sourceDigest } of this.#shared.values()) {
      const source = sourceOf(identity.login);
      if (source && sourceDigest !== undefined && identity.authName === authName)
        found.set(JSON.stringify(source), source);
    }
    return [...found.values()];
  }

  /**
   * Undoes the lease that a read made unawares. The token is dropped and goes back in the background with all that hangs
   * on it; one that is on loan stays, and the lease goes back alone, where Vault lets it.
   */
  undo(identity: VaultIdentity, namespace: string, leaseId: string): void {
    const shared = this.#shared.get(identity.key);
    if (!shared) return;
    const { loan } = shared;
    shared.disownLeases();
    if (loan)
      this.#giveBacks.start((signal) =>
        revokeLease(this.#options, { ...loan, namespace }, leaseId, signal),
      );
    else this.#drop(identity.key, shared);
  }

  /** What `use` gives: it hangs leases on the shared token, which is not revoked until it is handed back. */
  async borrow<T>(
    identity: VaultIdentity,
    signal: AbortSignal,
    use: (token: BorrowedToken) => Promise<T>,
  ): Promise<T> {
    const { key } = identity;
    this.#borrowers.set(key, (this.#borrowers.get(key) ?? 0) + 1);
    try {
      return await use(await this.#sharedOf(identity, signal).lend(signal));
    } finally {
      const left = (this.#borrowers.get(key) ?? 1) - 1;
      if (left > 0) this.#borrowers.set(key, left);
      else this.#borrowers.delete(key);
    }
  }

  /** A token that an earlier process lent, for when its identity is needed; of several the youngest. */
  adopt(identityKey: string, token: BorrowedToken): void {
    const shared = this.#shared.get(identityKey);
    if (shared) return shared.find(token);
    const known = this.#lent.get(identityKey);
    if (!known || known.login.askedAt < token.login.askedAt) this.#lent.set(identityKey, token);
  }

  /** Vault denied something to a borrower of this token, which a newer one might be allowed. */
  refused(identityKey: string, accessor: string): void {
    this.#shared.get(identityKey)?.refuse(accessor);
  }

  /** Nothing hangs on a borrowed token any more. True when others go on with it: it is given back here when they are done. */
  handBack(identityKey: string, accessor: string): boolean {
    if (this.#lent.get(identityKey)?.login.accessor === accessor) this.#lent.delete(identityKey);
    const shared = this.#shared.get(identityKey);
    if (this.#borrowers.has(identityKey) && shared?.mayHold(accessor)) return true;
    return shared?.takeBack(accessor) ?? false;
  }

  /** Gives all tokens back within a bounded time. Never rejects; afterwards nothing can be read. */
  async close(): Promise<void> {
    this.#closed = true;
    this.forget(() => true);
    await this.#giveBacks.settle(GIVE_BACK_MS);
  }

  async #ask(
    identity: VaultIdentity,
    request: SecretRequest,
    signal: AbortSignal,
  ): Promise<SecretAnswer> {
    return this.#sharedOf(identity, signal).under(signal, async (held) => {
      const answer = await askSecret(this.#options.http, held.access, request, signal);
      held.ownsLeases ||= answer.leaseId !== '';
      return answer;
    });
  }

  #sharedOf(identity: VaultIdentity, signal: AbortSignal): SharedToken {
    if (this.#closed) throw interruption(signal);
    const shared = this.#shared.get(identity.key) ?? this.#newShared(identity);
    this.#shared.delete(identity.key);
    this.#shared.set(identity.key, shared);
    this.#makeRoom();
    return shared;
  }

  #newShared(identity: VaultIdentity): SharedToken {
    const found = this.#lent.get(identity.key);
    this.#lent.delete(identity.key);
    const context = {
      ...this.#options,
      giveBack: (access: TokenAccess) =>
        this.#giveBacks.start((signal) => revokeSelf(this.#options, access, signal)),
    };
    return new SharedToken(identity, context, found);
  }

  /** A token with leases does not make room: they would die with it. */
  #makeRoom(): void {
    const most = this.#options.most ?? MOST_IDENTITIES;
    for (const [key, shared] of this.#shared) {
      if (this.#shared.size <= most) return;
      if (!shared.isNeeded) this.#drop(key, shared);
    }
  }

  #drop(key: string, shared: SharedToken): void {
    this.#shared.delete(key);
    shared.close();
  }
}
