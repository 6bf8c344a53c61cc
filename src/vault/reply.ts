/** What came back, as far as every call needs it. Promises exact JSON or the word that there is none. */
import type { AxiosResponse } from 'axios';
import { DateTime } from 'luxon';
import { seal } from '../runtime/sealed.ts';
import type { VaultReply } from './call.ts';
import { parseJsonObject } from './json-text.ts';
import { knownError } from './known-errors.ts';

const LONGEST_ERROR = 2_000;

export function replyOf(answer: AxiosResponse<Buffer>, askedAt: number): VaultReply {
  const retryAfterMs = delayOf(answer.headers['retry-after'], askedAt);
  const base = {
    askedAt,
    status: answer.status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (!isPlain(answer.headers['content-encoding'])) return { ...base, content: 'other' };
  if (answer.data.length === 0) return { ...base, content: 'empty' };
  const json = parseJsonObject(answer.data);
  if (json === undefined) return { ...base, content: 'other' };
  const known = knownError(errorsIn(json['errors']));
  return { ...base, content: 'json', json: seal(json), ...(known === undefined ? {} : { known }) };
}

/** We ask for no encoding, and unpacking what comes anyway could fill the memory. */
function isPlain(encoding: unknown): boolean {
  return encoding === undefined || encoding === '' || encoding === 'identity';
}

function errorsIn(errors: unknown): readonly string[] {
  if (!Array.isArray(errors)) return [];
  return errors
    .filter((error): error is string => typeof error === 'string')
    .slice(0, 10)
    .map((error) => error.slice(0, LONGEST_ERROR));
}

/** Retry-After in seconds or as an HTTP date. */
function delayOf(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = DateTime.fromHTTP(header);
  return at.isValid ? Math.max(0, at.toMillis() - now) : undefined;
}
