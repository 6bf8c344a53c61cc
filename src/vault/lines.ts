/**
 * One line per set of connection material, the least used ones dropped. A line whose material nobody names any more
 * (a CA was replaced) is not asked for again: its idle sockets close by themselves and it falls out in time.
 */
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import type { Clock } from '../runtime/clock.ts';
import { Line } from './line.ts';

const MOST_LINES = 512;

export class Lines {
  readonly #clock: Clock;
  readonly #most: number;
  /** In the order of last use. */
  readonly #lines = new Map<string, Line>();

  constructor(clock: Clock, most: number = MOST_LINES) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Throws when the endpoint's address or CA cannot be used. */
  to(endpoint: VaultEndpoint): Line {
    const key = materialOf(endpoint);
    const line = this.#lines.get(key) ?? new Line(endpoint, this.#clock);
    this.#lines.delete(key);
    this.#lines.set(key, line);
    this.#dropLeastUsed();
    return line;
  }

  close(): void {
    for (const line of this.#lines.values()) line.retire();
    this.#lines.clear();
  }

  #dropLeastUsed(): void {
    for (const [key, line] of this.#lines) {
      if (this.#lines.size <= this.#most) return;
      this.#lines.delete(key);
      line.retire();
    }
  }
}

function materialOf(endpoint: VaultEndpoint): string {
  const { address, serverName, skipVerify, caPem } = endpoint;
  return JSON.stringify([address, serverName, skipVerify, caPem]);
}
