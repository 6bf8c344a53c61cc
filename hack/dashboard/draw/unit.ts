/** Values in Grafana's units, for people. A unit that is not known here fails. */

export interface Scale {
  /** One of it is so many of the unit. */
  readonly size: number;
  readonly word: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KIB = 1024;

const SCALES: Readonly<Record<string, readonly Scale[]>> = {
  none: [{ size: 1, word: '' }],
  ops: [{ size: 1, word: ' ops/s' }],
  reqps: [{ size: 1, word: ' req/s' }],
  percentunit: [{ size: 0.01, word: '%' }],
  s: [
    { size: 1e-6, word: ' µs' },
    { size: 1e-3, word: ' ms' },
    { size: 1, word: ' s' },
    { size: MINUTE, word: ' min' },
    { size: HOUR, word: ' h' },
    { size: DAY, word: ' d' },
  ],
  bytes: [
    { size: 1, word: ' B' },
    { size: KIB, word: ' KiB' },
    { size: KIB ** 2, word: ' MiB' },
    { size: KIB ** 3, word: ' GiB' },
  ],
};

/** In which a value of this size is read best. */
export function scaleOf(unit: string, value: number): Scale {
  const scales = SCALES[unit];
  if (!scales) throw new Error(`nobody knows how to write values in ${unit}`);
  const fitting = scales.findLast(({ size }) => size <= Math.abs(value));
  const [first = { size: 1, word: '' }] = scales;
  return fitting ?? scales.find(({ size }) => size === 1) ?? first;
}

/** With as many digits as one reads at a glance. */
export function said(value: number, { size, word }: Scale): string {
  return `${Number((value / size).toPrecision(3))}${word}`;
}

const SPANS = [1, 2, 5, 10, 15, 30].flatMap((each) => [each, each * MINUTE]);
const LONG_SPANS = [HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY];
const TIMES = [...SPANS, ...LONG_SPANS].toSorted((a, b) => a - b);

/** The distance of two ticks, no less than `least`, of which one can count well. */
export function stepOf(unit: string, least: number): number {
  if (unit === 'bytes') return 2 ** Math.ceil(Math.log2(least));
  if (unit === 's' && least > 1)
    return TIMES.find((each) => each >= least) ?? decimal(least / DAY) * DAY;
  return unit === 'none' ? Math.max(1, decimal(least)) : decimal(least);
}

/** 1, 2 or 5 times a power of ten. */
function decimal(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
