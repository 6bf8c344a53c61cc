/** Instants as Kubernetes writes them: RFC 3339 in UTC, whole seconds. */
import { DateTime } from 'luxon';

export function rfc3339(atMs: number): string {
  return DateTime.fromMillis(atMs, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
}

/** Undefined when the text is no RFC 3339 time. */
export function epochMsOf(text: string): number | undefined {
  const instant = DateTime.fromISO(text, { zone: 'utc' });
  return instant.isValid ? instant.toMillis() : undefined;
}
