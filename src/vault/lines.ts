/**
 * One line per set of connection material, the least used ones dropped. A line whose material nobody names any more
 * (a CA was replaced) is not asked for again: its idle sockets close by themselves and it falls out in time. Sockets
 * that were opened with a client certificate which was replaced are closed at once.
 */
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import type { ClientMaterial } from './client-certificates.ts';
import { Line, type LineContext } from './line.ts';

const MOST_LINES = 512;

export class Lines {
  readonly #context: LineContext;
  readonly #most: number;
  /** In the order of last use. */
  readonly #lines = new Map<string, Line>();

  constructor(context: LineContext, most: number = MOST_LINES) {
    this.#context = context;
    this.#most = most;
  }

  /** Throws when the endpoint's address or CA cannot be used. */
  to(endpoint: VaultEndpoint, client?: ClientMaterial): Line {
    const key = materialOf(endpoint, client);
    const line = this.#lines.get(key) ?? this.#newLine(endpoint, client);
    this.#lines.delete(key);
    this.#lines.set(key, line);
    this.#dropLeastUsed();
    return line;
  }

  close(): void {
    for (const line of this.#lines.values()) line.retire();
    this.#lines.clear();
  }

  #newLine(endpoint: VaultEndpoint, client: ClientMaterial | undefined): Line {
    for (const [key, line] of this.#lines) {
      if (!client || line.client?.name !== client.name || line.client.digest === client.digest)
        continue;
      this.#lines.delete(key);
      line.retire();
    }
    return new Line(endpoint, this.#context, client);
  }

  #dropLeastUsed(): void {
    for (const [key, line] of this.#lines) {
      if (this.#lines.size <= this.#most) return;
      this.#lines.delete(key);
      line.retire();
    }
  }
}

function materialOf(endpoint: VaultEndpoint, client: ClientMaterial | undefined): string {
  const { address, serverName, skipVerify, caPem } = endpoint;
  return JSON.stringify([address, serverName, skipVerify, caPem, client?.name, client?.digest]);
}
