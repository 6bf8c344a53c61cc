/**
 * The one token of an identity. Promises one login at a time, renewal in the background for as long as it is used,
 * a new login before Vault stops lengthening it, and that neither a dead token nor a narrowed policy causes a storm of logins.
 */
import type { TokenAccess, VaultIdentity } from '../api/vault-exchange.ts';
import { BACKOFF, denserMs } from '../runtime/backoff.ts';
import { type Fault, faultOf } from '../runtime/fault.ts';
import { SingleFlight } from '../runtime/single-flight.ts';
import { around, spreadOf } from '../runtime/spread.ts';
import { HeldToken } from './held-token.ts';
import { unlessAborted } from './interruption.ts';
import { type LoginContext, logIn } from './login.ts';
import { lookUpSelf, renewSelf } from './token-calls.ts';

/** When a token is renewed, as a share of its TTL, and by how much of that identities differ. */
const DUE_SHARE = 2 / 3;
const DUE_SPREAD = 0.1;
/** A living token that is denied something may be older than a new policy of its role: but we look only so often. */
const RELOGIN_MS = 300_000;

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
  #held: HeldToken | undefined;
  #alarm: Disposable | undefined;
  #reloginAt = Number.NEGATIVE_INFINITY;

  constructor(identity: VaultIdentity, context: SharedContext) {
    this.identity = identity;
    this.#context = context;
  }

  get ownsLeases(): boolean {
    return this.#held?.ownsLeases === true;
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

  /** Ends the background work and gives the token back. */
  close(): void {
    this.#stop.abort();
    if (this.#held) this.#discard(this.#held);
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
    const login = await logIn(this.#context, identity, signal);
    const { endpoint, namespace } = identity;
    const access = { endpoint, namespace, token: login.token };
    const held = new HeldToken(access, login, this.#context.giveBack);
    if (this.#held) this.#discard(this.#held);
    this.#hold(held);
    // Forgotten meanwhile: whoever waits may still use it once, then it goes back.
    if (this.#stop.signal.aborted) this.#discard(held);
    return held;
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
    if (held.idle && !held.ownsLeases) return this.#discard(held);
    try {
      if (held.renewable) await this.#renew(held);
      else await this.#renewed(this.#stop.signal);
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
    const refused = fault.kind === 'denied' && !held.ownsLeases;
    if (leftMs <= 0 || refused) this.#discard(held, fault.reason === 'TokenInvalid');
    else this.#wakeAt(now + denserMs(BACKOFF.initialMs, leftMs), held);
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
    this.#discard(held);
    return true;
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
