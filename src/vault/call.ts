/** One call to Vault and its reply, as the rest of this room speaks of them. Plain data. */
import type { JsonObject } from '../api/json.ts';
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import type { Sealed } from '../runtime/sealed.ts';
import type { KnownError } from './known-errors.ts';

export type Operation = 'login' | 'renew' | 'read' | 'write' | 'revoke' | 'health';

export interface VaultCall {
  readonly operation: Operation;
  /** A closed set of templates such as "auth/:mount/login", for metrics. */
  readonly route: string;
  readonly endpoint: VaultEndpoint;
  /** Vault namespace; "" is the root. */
  readonly namespace: string;
  readonly token?: Sealed<string>;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Encoded, below /v1, no leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Sealed<object>;
  /** Sent besides the endpoint's own headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What Vault must not be left without: goes ahead of others, and may probe an endpoint that asked for patience. */
  readonly urgent?: boolean;
}

export interface VaultReply {
  /** Taken before the request left. */
  readonly askedAt: number;
  readonly status: number;
  /** The delay that Vault named. */
  readonly retryAfterMs?: number;
  /** other: not a JSON object, or one that breaks our limits. */
  readonly content: 'json' | 'empty' | 'other';
  /** Present when the content is json. Holds secrets: never print it. */
  readonly json?: Sealed<JsonObject>;
  /** The first of Vault's errors that we recognise. */
  readonly known?: KnownError;
}

/** What an operator's metrics learn of every call. */
export interface RequestNote {
  readonly operation: Operation;
  readonly route: string;
  /** "namespace/name" of the VaultConnection, else host and port of the address. */
  readonly connection: string;
  /** The HTTP status, or the reason word when there was none. */
  readonly code: string;
  readonly seconds: number;
}
