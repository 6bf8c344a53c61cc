/**
 * Whether a failed call may be sent again, and after how long. Pure: the transport waits and counts.
 * A call is sent again only when the API server cannot have carried it out, or carrying it out twice is the same.
 */
import type { Verb } from './api-call.ts';
import { errorCode, type KubernetesError } from './faults.ts';

const MOST_ATTEMPTS = 3;
const LONGEST_WAIT_MS = 10_000;
const DEFAULT_WAIT_MS = 1_000;
const RESET_WAIT_MS = 50;

/** Replaces carry a resourceVersion, so a second one would meet its own first as a conflict: the caller decides. */
const REPEATABLE: ReadonlySet<Verb> = new Set(['get', 'list', 'watch', 'patch', 'delete']);

/** What a dead keep-alive connection, a restarted server or a load balancer does. */
const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Milliseconds to wait before the call is sent again; undefined when it must not be. `attempt` counts from 1. */
export function resendAfter(
  error: KubernetesError,
  verb: Verb,
  repeatable: boolean,
  attempt: number,
): number | undefined {
  if (attempt >= MOST_ATTEMPTS) return undefined;
  const { retryAfterMs } = error.fault;
  // Flow control answers 429 before it looks at the request.
  if (error.status === 429) return waitFor(retryAfterMs ?? DEFAULT_WAIT_MS);
  if (!repeatable && !REPEATABLE.has(verb)) return undefined;
  if (error.status === 503) return retryAfterMs === undefined ? undefined : waitFor(retryAfterMs);
  return isReset(error) ? RESET_WAIT_MS : undefined;
}

function isReset(error: KubernetesError): boolean {
  return error.status === 0 && RESET_CODES.has(errorCode(error.cause));
}

/** A longer wait is the caller's: its fault says how long. */
function waitFor(askedMs: number): number | undefined {
  return askedMs <= LONGEST_WAIT_MS ? askedMs : undefined;
}
