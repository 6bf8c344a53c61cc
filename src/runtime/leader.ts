/**
 * Leadership over a shared lock: take it, renew it, give it up. Promises that `assertLeading` fails from the instant
 * at which another replica might begin to act, whatever the network does. Knows nothing of what the lock is made of.
 */
import { type Clock, deadline, sleep } from './clock.ts';
import { FaultError, faultOf } from './fault.ts';
import {
  LEASE_MS,
  type LeadershipState,
  leadershipState,
  type Observed,
  observe,
  planLeadership,
  RENEW_WITHIN_MS,
  RETRY_MS,
} from './leadership.ts';
import type { Observer } from './observer.ts';

export interface LockRecord {
  /** "" when it was released. */
  readonly holder: string;
  /** Changes with every write. */
  readonly version: string;
  readonly durationMs: number;
  readonly transitions: number;
  readonly acquiredAt: number;
}

export interface LockWish {
  readonly holder: string;
  readonly durationMs: number;
  readonly acquiredAt: number;
  readonly renewedAt: number;
  readonly transitions: number;
}

/** Every method may throw a FaultError; a write that lost a race throws one too. */
export interface Lock {
  read(signal: AbortSignal): Promise<LockRecord | undefined>;
  create(wish: LockWish, signal: AbortSignal): Promise<LockRecord>;
  replace(over: LockRecord, wish: LockWish, signal: AbortSignal): Promise<LockRecord>;
}

export interface Leadership {
  state(): LeadershipState;
  /** Throws NotLeading when this replica must not write, issue or give back. */
  assertLeading(): void;
}

/** A replica that is the only one by configuration. */
export const ALWAYS_LEADING: Leadership = {
  state: () => 'leading',
  assertLeading: () => undefined,
};

export interface LeaderOptions {
  readonly lock: Lock;
  readonly clock: Clock;
  readonly me: string;
  readonly observer: Observer;
  /** Called after every change of the state; must not throw. */
  readonly onChange: (state: LeadershipState) => void;
}

export class Leader implements Leadership {
  readonly #options: LeaderOptions;
  #held: LockRecord | undefined;
  #observed: Observed | undefined;
  #renewedAt: number | undefined;
  #said: LeadershipState = 'standby';

  constructor(options: LeaderOptions) {
    this.#options = options;
  }

  state(): LeadershipState {
    return leadershipState({ renewedAt: this.#renewedAt }, this.#options.clock.now());
  }

  assertLeading(): void {
    if (this.state() === 'leading') return;
    throw new FaultError({
      kind: 'transient',
      reason: 'NotLeading',
      message: 'this replica does not lead (any more); the leader does the work',
    });
  }

  /** Resolves when stopped, after the lock was released; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await this.#turn(signal);
      this.#say();
      await sleep(clock, RETRY_MS, signal).catch(() => undefined);
    }
    await this.#release();
  }

  async #turn(stop: AbortSignal): Promise<void> {
    const { clock, me, observer } = this.#options;
    using limit = deadline(clock, RENEW_WITHIN_MS / 2, stop);
    try {
      await this.#look(limit.signal);
      const plan = planLeadership({ now: clock.now(), me, observed: this.#observed });
      if (plan !== 'wait') await this.#write(limit.signal);
    } catch (thrown) {
      this.#held = undefined;
      const { reason, message } = faultOf(thrown);
      if (!stop.aborted) observer.log('info', 'leadership was not settled', { reason, message });
    }
  }

  /** The leader knows the lock from its own last write: one call per renewal. */
  async #look(signal: AbortSignal): Promise<void> {
    if (this.#held?.holder === this.#options.me) return;
    this.#held = await this.#options.lock.read(signal);
    const now = this.#options.clock.now();
    this.#observed = this.#held && observe(this.#observed, this.#held, now);
    if (this.#held && this.#held.holder !== '' && this.#held.holder !== this.#options.me)
      this.#renewedAt = undefined;
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { clock, lock, me } = this.#options;
    const askedAt = clock.now();
    const held = this.#held;
    const isOurs = held?.holder === me;
    const wish = {
      holder: me,
      durationMs: LEASE_MS,
      renewedAt: askedAt,
      acquiredAt: held && isOurs ? held.acquiredAt : askedAt,
      transitions: held ? held.transitions + (isOurs ? 0 : 1) : 0,
    };
    this.#held = held ? await lock.replace(held, wish, signal) : await lock.create(wish, signal);
    this.#observed = observe(this.#observed, this.#held, askedAt);
    this.#renewedAt = askedAt;
  }

  #say(): void {
    const state = this.state();
    if (state === this.#said) return;
    this.#said = state;
    const { observer, onChange } = this.#options;
    observer.log('info', 'leadership changed', { state });
    onChange(state);
  }

  /** So that the next leader need not wait for the lock to run out. Nothing is lost when this fails. */
  async #release(): Promise<void> {
    const { clock, lock, me } = this.#options;
    const held = this.#held;
    const leads = this.state() === 'leading';
    this.#renewedAt = undefined;
    if (!leads || held?.holder !== me) return;
    const now = clock.now();
    using limit = deadline(clock, RETRY_MS, new AbortController().signal);
    const wish = { ...held, holder: '', durationMs: 1_000, acquiredAt: now, renewedAt: now };
    await lock.replace(held, wish, limit.signal).catch(() => undefined);
  }
}
