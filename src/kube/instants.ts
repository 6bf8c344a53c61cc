/**
 * Kubernetes' times, to and from epoch milliseconds. Formatting and parsing only: it does not know what time it is.
 * V1MicroTime is client-node's Date with the six digits that a Lease wants.
 */
import { V1MicroTime } from '@kubernetes/client-node';

/** metav1.MicroTime, such as `2026-03-01T12:00:00.250000Z`. */
export function microTime(epochMs: number): string {
  return new V1MicroTime(epochMs).toISOString();
}

/** NaN when the text is no RFC 3339 time. */
export function epochMsOf(text: string): number {
  return new V1MicroTime(text).getTime();
}
