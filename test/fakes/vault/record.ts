/** What came in and what became of it, in the order of arrival. Holds no token, only accessors. */
import type { RequestHead } from './request.ts';

export interface RecordedRequest {
  /** When it arrived. */
  readonly at: number;
  readonly method: string;
  /** After /v1/, without the query. */
  readonly path: string;
  readonly operation: string;
  readonly namespace: string;
  /** Of the token that it carried; undefined without one, for batch tokens and for tokens that are no more. */
  readonly tokenAccessor: string | undefined;
  readonly userAgent: string;
  /** Undefined: no answer was given, or not yet. */
  readonly code: number | undefined;
  /** Made by it. */
  readonly leaseId: string | undefined;
}

/** Enough for any test, and little for a sandbox that runs for days. */
const MOST = 100_000;

type Entry = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

export class Recorder {
  readonly #all: Entry[] = [];

  /** Answers the entry, whose end is still to be told. */
  begin(head: RequestHead, at: number, tokenAccessor: string | undefined): Entry {
    const { method, path, namespace, userAgent } = head;
    const entry: Entry = {
      at,
      method,
      path,
      operation: head.operation ?? '',
      namespace,
      tokenAccessor,
      userAgent,
      code: undefined,
      leaseId: undefined,
    };
    this.#all.push(entry);
    if (this.#all.length > MOST) this.#all.shift();
    return entry;
  }

  all(): readonly RecordedRequest[] {
    return [...this.#all];
  }
}
