/** Durations as Vault takes, prints and grants them. All of ours are milliseconds. */
import { DateTime } from 'luxon';

import { badRequest } from './envelope.ts';
import { numberOf, textOf } from './json.ts';

export const SECOND_MS = 1_000;
/** What a mount grants where nobody says otherwise: 32 days, both by default and at most. */
export const SYSTEM_TTL_MS = 768 * 3_600 * SECOND_MS;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3_600 * SECOND_MS,
  d: 86_400 * SECOND_MS,
};

/** Seconds as a number or a text, or "1h30m"; 0 when nothing is given. */
export function durationOf(value: unknown, field: string): number {
  const seconds = value === undefined || value === '' ? 0 : numberOf(value);
  if (seconds !== undefined) return seconds * SECOND_MS;
  const text = textOf(value);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  if (parts.map(([part]) => part).join('') !== text || text === '')
    throw badRequest(`Field validation failed: error converting input for field "${field}"`);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** Whole seconds, rounded as Go rounds a duration that has just begun. */
export function secondsOf(ms: number): number {
  return Math.round(ms / SECOND_MS);
}

export function rfc3339(ms: number): string {
  return DateTime.fromMillis(ms, { zone: 'utc' }).toISO() ?? '';
}

/** As Go prints it, without parts that are zero: 1h, 1m30s. */
export function printedDuration(ms: number): string {
  const total = Math.max(0, secondsOf(ms));
  const parts = [
    [Math.floor(total / 3_600), 'h'],
    [Math.floor(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return shown.join('') || '0s';
}

export interface MountLimits {
  readonly defaultMs: number;
  readonly maxMs: number;
}

export interface TtlWish {
  readonly now: number;
  readonly limits: MountLimits;
  readonly issuedAt: number;
  /** What the caller asks for; 0: nothing. */
  readonly incrementMs?: number;
  /** What the role says; 0: nothing. */
  readonly ttlMs?: number;
  readonly maxMs?: number;
  readonly periodMs?: number;
  readonly explicitMaxMs?: number;
}

export interface Grant {
  /** Undefined: past the maximum. */
  readonly ttlMs: number | undefined;
  readonly warnings: readonly string[];
}

/** How long Vault lets a token or a lease live from now on. Vault reckons in whole seconds here. */
export function granted(wish: TtlWish): Grant {
  const maxMs = smallest(wish.limits.maxMs, wish.maxMs, wish.explicitMaxMs);
  if (!wish.periodMs) {
    const asked = wish.incrementMs || wish.ttlMs || wish.limits.defaultMs;
    return capped(asked, leftOf(wish, maxMs), []);
  }
  const warnings = wish.periodMs > maxMs ? [periodWarning(wish.periodMs, maxMs)] : [];
  const left = wish.explicitMaxMs ? leftOf(wish, wish.explicitMaxMs) : Number.POSITIVE_INFINITY;
  return capped(Math.min(wish.periodMs, maxMs), left, warnings);
}

function smallest(...limits: readonly (number | undefined)[]): number {
  return Math.min(...limits.map((limit) => limit || Number.POSITIVE_INFINITY));
}

function leftOf(wish: TtlWish, maxMs: number): number {
  return wholeSeconds(wish.issuedAt) + maxMs - wholeSeconds(wish.now);
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}

function capped(askedMs: number, leftMs: number, warnings: readonly string[]): Grant {
  if (leftMs <= 0) return { ttlMs: undefined, warnings };
  if (askedMs <= leftMs) return { ttlMs: askedMs, warnings };
  const [asked, left] = [printedDuration(askedMs), printedDuration(leftMs)];
  const warning = `TTL of "${asked}" exceeded the effective max_ttl of "${left}"; TTL value is capped accordingly`;
  return { ttlMs: leftMs, warnings: [...warnings, warning] };
}

function periodWarning(periodMs: number, maxMs: number): string {
  return `period of "${printedDuration(periodMs)}" exceeded the effective max_ttl of "${printedDuration(maxMs)}"; period value is capped accordingly`;
}
