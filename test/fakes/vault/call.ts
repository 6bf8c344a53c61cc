/** One request as the parts of Vault see it, and how a part finds what answers it. */

import type { X509Certificate } from 'node:crypto';
import type { MountLimits } from './durations.ts';
import { type Answer, listed } from './envelope.ts';
import type { Fields } from './json.ts';
import type { LeaseWish } from './leases.ts';
import type { Token, TokenWish } from './tokens.ts';

export type Operation = 'read' | 'list' | 'create' | 'update' | 'delete';

export interface Call {
  readonly operation: Operation;
  /** Within the mount. */
  readonly path: string;
  /** Within the namespace. */
  readonly fullPath: string;
  readonly namespace: string;
  readonly body: Fields;
  readonly query: URLSearchParams;
  readonly limits: MountLimits;
  /** The client certificate of the connection. */
  readonly peer?: X509Certificate | undefined;
  /** Undefined only where none is needed. */
  readonly token: Token | undefined;
}

/** An answer that also makes something which Vault then keeps track of. */
export interface Outcome extends Answer {
  readonly lease?: LeaseWish;
  readonly login?: Omit<TokenWish, 'path' | 'namespace'>;
  /** Vault does not say which type of mount answered. */
  readonly isUnnamed?: true;
}

/** Undefined: nothing to say, which is 404 for a reader and 204 for a writer. */
export type Result = Outcome | undefined;

export interface Engine {
  /** The word in `mount_type`. */
  readonly type: string;
  answer(call: Call): Result | Promise<Result>;
  /** Whether a write to the path changes something that is there; without this every write is an update. */
  exists?(path: string): boolean;
  /** Paths within the mount that need no token. */
  isOpen?(path: string): boolean;
}

type Act = (call: Call, ...params: readonly string[]) => Result | Promise<Result>;

export interface Route {
  readonly path: RegExp;
  /** `update` serves creations too. */
  readonly acts: Readonly<Partial<Record<Exclude<Operation, 'create'>, Act>>>;
}

/** The first route whose path fits; its groups are the act's parameters. */
export function follow(routes: readonly Route[], call: Call): Result | Promise<Result> {
  for (const { path, acts } of routes) {
    const match = path.exec(call.path);
    if (!match) continue;
    const act = acts[call.operation === 'create' ? 'update' : call.operation];
    if (!act) throw listed(405, 'unsupported operation');
    return act(call, ...match.slice(1).map((each) => each ?? ''));
  }
  throw listed(404, 'unsupported path');
}
