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

export interface Used {
  readonly group: string;
  /** With the subresource, as RBAC writes it: `serviceaccounts/token`. */
  readonly resource: string;
  readonly verb: string;
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

  /** What a user used of the API, each once, sorted: to compare with what its roles grant. */
  verbsUsed(user: string): Used[] {
    const used = this.#seen
      .filter((seen) => seen.user === user && seen.resource !== '')
      .map(({ group, resource, subresource, verb }) => ({
        group,
        resource: subresource === '' ? resource : `${resource}/${subresource}`,
        verb,
      }));
    const once = new Map(used.map((each) => [`${each.group} ${each.resource} ${each.verb}`, each]));
    return [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  }
}
