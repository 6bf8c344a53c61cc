/**
 * Reads under the shared tokens of identities. Promises that equal reads under way are one, that a dead token costs
 * one login for all who notice, and that every token is given back when its identity is forgotten or we stop.
 */
import {
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
import { renewLease } from './lease-calls.ts';
import type { LoginContext } from './login.ts';
import { withRepeats } from './repeats.ts';
import { askSecret } from './secret-calls.ts';
import { SharedToken } from './shared-token.ts';

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
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#giveBacks = new GiveBacks(options);
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

  /** Drops one; its token goes back in the background, and the leases that a read made unawares go with it. */
  undo({ key }: VaultIdentity): void {
    const shared = this.#shared.get(key);
    shared?.disownLeases();
    if (shared) this.#drop(key, shared);
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
    return new SharedToken(identity, {
      ...this.#options,
      giveBack: (access) => this.#giveBacks.start(access),
    });
  }

  /** A token with leases does not make room: they would die with it. */
  #makeRoom(): void {
    const most = this.#options.most ?? MOST_IDENTITIES;
    for (const [key, shared] of this.#shared) {
      if (this.#shared.size <= most) return;
      if (!shared.ownsLeases) this.#drop(key, shared);
    }
  }

  #drop(key: string, shared: SharedToken): void {
    this.#shared.delete(key);
    shared.close();
  }
}
