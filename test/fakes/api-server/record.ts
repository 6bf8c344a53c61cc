/** Every request the server saw, for assertions: who did what to which object, and how it was answered. */

export interface Seen {
  /** Epoch milliseconds by the server's clock. */
  readonly at: number;
  readonly user: string;
  /** An RBAC verb, or the lower-case HTTP method for paths that are no resource. */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly userAgent: string;
  /** 0: no reply was sent, by a planted fault or because the caller went away. */
  readonly code: number;
}

export class Record {
  #seen: Seen[] = [];

  add(seen: Seen): void {
    this.#seen.push(seen);
  }

  all(): readonly Seen[] {
    return [...this.#seen];
  }

  clear(): void {
    this.#seen = [];
  }
}
