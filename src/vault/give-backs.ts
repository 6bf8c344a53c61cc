/** Tokens on their way back to Vault, in the background. A token that does not get there ends by its TTL. */
import type { TokenAccess } from '../api/vault-exchange.ts';
import { deadline } from '../runtime/clock.ts';
import { type CallContext, revokeSelf } from './token-calls.ts';

export class GiveBacks {
  readonly #context: CallContext;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(context: CallContext) {
    this.#context = context;
  }

  start(access: TokenAccess): void {
    const over = (): void => {
      this.#underWay.delete(work);
    };
    const work = revokeSelf(this.#context, access, this.#stop.signal).then(over, over);
    this.#underWay.add(work);
  }

  /** Resolves when those under way are over, at the latest after `ms`; then the rest is broken off. */
  async settle(ms: number): Promise<void> {
    using limit = deadline(this.#context.clock, ms, this.#stop.signal);
    limit.signal.addEventListener('abort', () => this.#stop.abort());
    await Promise.all(this.#underWay);
  }
}
