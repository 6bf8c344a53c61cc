/**
 * The one token of an identity. Promises one login at a time, renewal in the background for as long as it is used,
 * a new login before Vault stops lengthening it, and that neither a dead token nor a narrowed policy causes a storm of logins.
 */
import type {
  BorrowedToken,
  TokenAccess,
  TokenLogin,
  VaultIdentity,
} from '../api/vault-exchange.ts';
import { BACKOFF, denserMs } from '../runtime/backoff.ts';
import { type Fault, faultOf } from '../runtime/fault.ts';
import { SingleFlight } from '../runtime/single-flight.ts';
import { around, spreadOf } from '../runtime/spread.ts';
import { adopted } from './adopted-token.ts';
import { HeldToken } from './held-token.ts';
import { unlessAborted } from './interruption.ts';
import { type LoginContext, logIn } from './login.ts';
import { lookUpSelf, renewSelf } from './token-calls.ts';

/** When a token is renewed, as a share of its TTL, and by how much of that identities differ. */
const DUE_SHARE = 2 / 3;
const DUE_SPREAD = 0.1;
/** A living token that is denied something may be older than a new policy of its role: but we look only so often. */
const RELOGIN_MS = 300_000;
/** A grant is as good as a question for so long. */
const ASKED_JUST_NOW_MS = 10_000;

export interface SharedContext extends LoginContext {
  /** Revokes in the background; never throws. */
  readonly giveBack: (access: TokenAccess) => void;
  /** Whether a token was at hand, each time one was asked for. */
  readonly onToken: (atHand: boolean) => void;
}

export class SharedToken {
  readonly identity: VaultIdentity;
  readonly #context: SharedContext;
  readonly #stop = new AbortController();
  readonly #logins = new SingleFlight<HeldToken>();
  readonly #lookups = new SingleFlight<boolean>();
  readonly #loans = new SingleFlight<HeldToken>();
  #held: HeldToken | undefined;
  #found: BorrowedToken | undefined;
  #alarm: Disposable | undefined;
  #reloginAt = Number.NEGATIVE_INFINITY;
  #isRefused = false;

  /** `found`: a token of this identity that an earlier process lent. */
  constructor(identity: VaultIdentity, context: SharedContext, found?: BorrowedToken) {
    this.identity = identity;
    this.#context = context;
    this.#found = found;
  }

  get isNeeded(): boolean {
    return this.#held?.isNeeded === true;
  }

  /** While others have leases under its token. */
  get loan(): TokenAccess | undefined {
    return this.#held?.lent ? this.#held.access : undefined;
  }

  /** The leases under its token may end with it. */
  disownLeases(): void {
    if (this.#held) this.#held.ownsLeases = false;
  }

  /** Epoch ms; infinity for a token without an end, undefined while there is none. */
  get endsAt(): number | undefined {
    return this.#held?.endsAt;
  }

  /** Of what its login was made from; undefined without a token or a source. */
  get sourceDigest(): string | undefined {
    return this.#held?.login.sourceDigest;
  }

  get loginTtlMs(): number | undefined {
    return this.#held?.login.ttlMs;
  }

  /** What `act` gives under the token. A refusal is tried once more when another token may fare better. */
  async under<T>(signal: AbortSignal, act: (held: HeldToken) => Promise<T>): Promise<T> {
    const held = await this.#take(signal);
    try {
      return await held.use(act);
    } catch (thrown) {
      if (!(await this.#replaced(held, faultOf(thrown), signal))) throw thrown;
    }
    const fresh = await this.#take(signal);
    try {
      return await fresh.use(act);
    } catch (thrown) {
      if (faultOf(thrown).reason === 'TokenInvalid') this.#discard(fresh, true);
      throw thrown;
    }
  }

  /** One that lives for most of its TTL: leases shall hang on it. */
  async lend(signal: AbortSignal): Promise<BorrowedToken> {
    const { login, grant } = await this.#loans.do('', (stop) => this.#lastingToken(stop), signal);
    return { login, grant };
  }

  /** A borrower was denied something: a newer token may have a policy that this one has not. */
  refuse(accessor: string): void {
    const now = this.#context.clock.now();
    if (this.#held?.login.accessor !== accessor || now < this.#reloginAt + RELOGIN_MS) return;
    this.#reloginAt = now;
    this.#isRefused = true;
  }

  /** It is the token at hand, or may come to be. */
  mayHold(accessor: string): boolean {
    return this.#held === undefined || this.#held.login.accessor === accessor;
  }

  /** A token of this identity that an earlier process lent turned up. */
  find(token: BorrowedToken): void {
    if (!this.#held) this.#found = token;
  }

  /** False when nobody here needs it: then whoever had it gives it back. */
  takeBack(accessor: string): boolean {
    const held = this.#held;
    if (held?.login.accessor !== accessor) return false;
    held.lent = false;
    if (held.idle && !held.ownsLeases) this.#discard(held, true);
    return held === this.#held;
  }

  /** Ends the background work and gives the token back. */
  close(): void {
    this.#stop.abort();
    if (this.#held) this.#discard(this.#held);
  }

  async #lastingToken(signal: AbortSignal): Promise<HeldToken> {
    const held = await this.#take(signal);
    if (this.#isRefused && (await this.#relogged(signal)))
      return this.#lend(await this.#take(signal));
    return this.#lend((await this.#lasts(held, signal)) ? held : await this.#renewed(signal));
  }

  #lend(lasting: HeldToken): HeldToken {
    this.#isRefused = false;
    lasting.lent ||= lasting.login.numUses === 0;
    return lasting;
  }

  /** Vault is asked: nothing is to be hung on a dead token, for which nobody would try another. */
  async #lasts(held: HeldToken, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#context;
    const isNew = clock.now() < held.grant.askedAt + ASKED_JUST_NOW_MS;
    if (!isNew && held.renewable)
      await this.#renew(held).catch((thrown) => this.#refused(held, thrown));
    else if (!isNew && (await this.#isDead(held, signal))) this.#discard(held, true);
    return held.lastsAt(clock.now());
  }

  /** A role may forbid its tokens to renew themselves: they live as long as they do. */
  #refused(held: HeldToken, thrown: unknown): void {
    const { kind, reason } = faultOf(thrown);
    if (kind !== 'denied') throw thrown;
    if (reason === 'TokenInvalid') this.#discard(held, true);
  }

  async #take(signal: AbortSignal): Promise<HeldToken> {
    const held = this.#held;
    const atHand = held?.usableAt(this.#context.clock.now()) === true;
    this.#context.onToken(atHand);
    if (held && atHand) return held;
    return unlessAborted(signal, () => this.#renewed(signal));
  }

  #renewed(signal: AbortSignal): Promise<HeldToken> {
    return this.#logins.do('', (stop) => this.#logIn(stop), signal);
  }

  async #logIn(signal: AbortSignal): Promise<HeldToken> {
    const { identity } = this;
    const found =
      this.#found &&
      (await adopted(this.#context, this.#heldBy(this.#found.login), this.#found, signal));
    this.#found = undefined;
    const held = found ?? this.#heldBy(await logIn(this.#context, identity, signal));
    if (this.#held) this.#discard(this.#held);
    this.#hold(held);
    // Forgotten meanwhile: whoever waits may still use it once, then it goes back.
    if (this.#stop.signal.aborted) this.#discard(held);
    return held;
  }

  #heldBy(login: TokenLogin): HeldToken {
    const { endpoint, namespace } = this.identity;
    const access = { endpoint, namespace, token: login.token };
    return new HeldToken(access, login, this.#context.giveBack);
  }

  #hold(held: HeldToken): void {
    this.#held = held;
    const { askedAt, ttlMs } = held.grant;
    if (ttlMs === 0) return;
    const due = around(ttlMs * DUE_SHARE, DUE_SPREAD, spreadOf(this.identity.key));
    this.#wakeAt(askedAt + due, held);
  }

  #wakeAt(whenMs: number, held: HeldToken): void {
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = this.#context.clock.at(whenMs, () => void this.#lookAfter(held));
  }

  /** Never rejects: what fails here shows when the token is next needed. */
  async #lookAfter(held: HeldToken): Promise<void> {
    if (held !== this.#held) return;
    if (held.idle && !held.isNeeded) return this.#discard(held);
    try {
      if (held.renewable) await this.#renew(held);
      else if (!held.idle) await this.#renewed(this.#stop.signal);
    } catch (thrown) {
      this.#recover(held, faultOf(thrown));
    }
  }

  async #renew(held: HeldToken): Promise<void> {
    const { signal } = this.#stop;
    const grant = await renewSelf(this.#context, held.access, held.login.ttlMs, signal);
    held.renewed(grant);
    if (held === this.#held) this.#hold(held);
  }

  /** A token that may not be renewed makes room for a new one; anything else is tried again while it lives. */
  #recover(held: HeldToken, fault: Fault): void {
    if (held !== this.#held || this.#stop.signal.aborted) return;
    const now = this.#context.clock.now();
    const leftMs = held.endsAt - now;
    const isDead = fault.reason === 'TokenInvalid';
    const isRefused = fault.kind === 'denied';
    if (leftMs <= 0 || isDead || (isRefused && !held.isNeeded)) this.#discard(held, isDead);
    else this.#wakeAt(now + (isRefused ? RELOGIN_MS : denserMs(BACKOFF.initialMs, leftMs)), held);
  }

  /** Whether there is, or will be, another token than `held` to be refused with. */
  async #replaced(held: HeldToken, fault: Fault, signal: AbortSignal): Promise<boolean> {
    const dead = fault.reason === 'TokenInvalid';
    if (!dead && fault.reason !== 'PermissionDenied') return false;
    if (held !== this.#held) return true;
    if (dead || (await this.#isDead(held, signal))) {
      this.#discard(held, true);
      return true;
    }
    if (held !== this.#held) return true;
    const now = this.#context.clock.now();
    if (now < this.#reloginAt + RELOGIN_MS) return false;
    this.#reloginAt = now;
    return this.#relogged(signal);
  }

  /** The old token stays until there is another: it may be the last that its secret id was good for. */
  async #relogged(signal: AbortSignal): Promise<boolean> {
    return this.#renewed(signal).then(
      () => true,
      () => false,
    );
  }

  /** False also when nobody can say: then the refusal stands. */
  async #isDead(held: HeldToken, signal: AbortSignal): Promise<boolean> {
    const look = async (stop: AbortSignal): Promise<boolean> => {
      const life = await lookUpSelf(this.#context, held.access, stop);
      // Under the default policy a living token may look itself up; older Vaults say no more than 403.
      return life === 'dead' || (life === 'unsaid' && held.login.policies.includes('default'));
    };
    return this.#lookups.do(held.login.accessor, look, signal).catch(() => false);
  }

  /** Forgets the token unless it was replaced meanwhile; it is given back when its last reader is done. */
  #discard(held: HeldToken, dead = false): void {
    held.dead ||= dead;
    if (held !== this.#held) return;
    this.#alarm?.[Symbol.dispose]();
    this.#held = undefined;
    held.retire();
  }
}
