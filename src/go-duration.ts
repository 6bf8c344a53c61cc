/** Durations as Go's flags take them, because VSO's flags do: "30s", "1m30s", "1.5h", "0". Milliseconds. */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const PART = '([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)';
const WHOLE = new RegExp(`^(?:${PART})+$`, 'u');

/** Throws a RangeError for anything that is no duration, and for negative ones. */
export function parseGoDuration(text: string): number {
  if (text === '0') return 0;
  if (!WHOLE.test(text)) throw new RangeError('not a duration');
  const parts = [...text.matchAll(new RegExp(PART, 'gu'))];
  const sum = parts.reduce(
    (ms, [, count, unit = '']) => ms + Number(count) * (UNITS[unit] ?? 0),
    0,
  );
  return Math.round(sum);
}
