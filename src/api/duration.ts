/**
 * Durations as VSO's fields spell them: a number and exactly one unit, "30s", "1.5h"; "d" is legal in a certificate's
 * ttl only, which its pattern says. Compound forms such as "1h30m" are not part of the language.
 */

const TEXT = /^([0-9]+(?:\.[0-9]+)?)([smhd])$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Ten years. Beyond it a number is a typing error, and sums of instants would leave what dates can express. */
export const LONGEST_MS = 3_650 * UNIT_MS.d;

/** Whole milliseconds, rounded. Throws a RangeError that does not repeat the text. */
export function parseDuration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) {
    throw new RangeError('must be a number and one unit (s, m or h), such as 30s or 1.5h');
  }
  if (ms > LONGEST_MS) throw new RangeError('must be at most 10 years (87600h)');
  return ms;
}

function durationMs(text: string): number | undefined {
  const [, amount, unit] = TEXT.exec(text) ?? [];
  if (amount === undefined || !isUnit(unit)) return undefined;
  return Math.round(Number(amount) * UNIT_MS[unit]);
}

function isUnit(unit: string | undefined): unit is keyof typeof UNIT_MS {
  return unit !== undefined && unit in UNIT_MS;
}
