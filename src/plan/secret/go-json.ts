/**
 * JSON with the bytes that Go's encoding/json writes for map[string]any with json.Number: VSO's MAC and its `_raw`
 * are made of them, so a single different byte would look like a changed secret. Knows nothing of what it prints.
 */
import type { Json, JsonObject, RawJson } from '../../api/json.ts';

/** Compact; keys sorted by their UTF-8 bytes; HTML-escaped; numbers as they were read; a lone surrogate is U+FFFD, as Go's decoder makes it. */
export function goJson(value: Json): string {
  if (typeof value === 'string') return goString(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value)) return value.rawJSON;
  return isList(value) ? `[${value.map(goJson).join()}]` : goObject(value);
}

/** Numbers keep their source text in a wrapper. */
export function isNumber(value: object): value is RawJson {
  return JSON.isRawJSON(value);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

function goObject(object: JsonObject): string {
  const members = sorted(Object.keys(object)).map(
    (key) => `${goString(key)}:${goJson(object[key] ?? null)}`,
  );
  return `{${members.join()}}`;
}

/** UTF-16 order is UTF-8 order as long as there are no surrogates. */
function sorted(keys: string[]): string[] {
  if (!keys.some((key) => /[\ud800-\udfff]/.test(key))) return keys.sort();
  return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** What Go escapes and JSON.stringify does not: HTML's special characters, and the two line ends that JavaScript once had. */
function goString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
