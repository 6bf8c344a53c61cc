/** Instants as Kubernetes writes them, RFC 3339 in UTC with whole seconds, and as others do. */
import { DateTime } from 'luxon';

export function rfc3339(atMs: number): string {
  return DateTime.fromMillis(atMs, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
}

/** Epoch milliseconds, whatever the offset and however many digits the second has; undefined when it is no such time. */
export function readInstant(text: string): number | undefined {
  const instant = DateTime.fromISO(text, { setZone: true });
  return instant.isValid && text.includes('T') ? instant.toMillis() : undefined;
}
