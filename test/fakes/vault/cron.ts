/** Schedules in cron syntax as Vault takes them: minute, hour, day of month, month, day of week; in UTC. */
import { DateTime } from 'luxon';

import { badRequest } from './envelope.ts';

export interface Schedule {
  /** The first instant after this one; epoch ms. */
  next(afterMs: number): number;
}

const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const YEARS_AHEAD = 5;

export function scheduleOf(text: string): Schedule {
  const fields = text.trim().split(/\s+/);
  const [minutes, hours, days, months, weekdays] = BOUNDS.map(([low, high], at) =>
    valuesOf(fields[at], low, high),
  );
  if (fields.length !== BOUNDS.length || !minutes || !hours || !days || !months || !weekdays)
    throw unparsed(fields);
  // Where both days are given either one suffices, as cron has always done.
  const eitherDay = fields[2] !== '*' && fields[4] !== '*';
  const isDay = (at: DateTime): boolean => {
    const [day, weekday] = [days.has(at.day), weekdays.has(at.weekday % 7)];
    return months.has(at.month) && (eitherDay ? day || weekday : day && weekday);
  };
  const isTime = (at: DateTime): boolean => hours.has(at.hour) && minutes.has(at.minute);
  return { next: (afterMs) => firstAfter(afterMs, isDay, isTime) };
}

/** As Vault 1.21 prints it. */
function unparsed(fields: readonly string[]): Error {
  const count = `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  const why = fields.length === BOUNDS.length ? 'failed to parse a field' : count;
  return badRequest(
    `could not parse rotation_schedule%!(EXTRA string=error, *errors.errorString=${why})`,
  );
}

function firstAfter(
  afterMs: number,
  isDay: (at: DateTime) => boolean,
  isTime: (at: DateTime) => boolean,
): number {
  let at = DateTime.fromMillis(afterMs, { zone: 'utc' }).startOf('minute').plus({ minutes: 1 });
  const end = at.plus({ years: YEARS_AHEAD });
  while (at < end) {
    if (!isDay(at)) at = at.startOf('day').plus({ days: 1 });
    else if (isTime(at)) return at.toMillis();
    else at = at.plus({ minutes: 1 });
  }
  return end.toMillis();
}

/** Undefined for what is no such field. */
function valuesOf(field = '', low: number, high: number): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, from, to, step] = match;
    const first = from === undefined ? low : Number(from);
    const last = to === undefined ? (from === undefined || step ? high : first) : Number(to);
    if (first < low || last > high || step === '0') return undefined;
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  if (high === 7 && values.has(7)) values.add(0);
  return values;
}
