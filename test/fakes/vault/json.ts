/**
 * JSON as Vault keeps it: a number stays the text it was written as, and the keys of an object come back sorted,
 * as Go prints a map. Knows nothing of what the values mean.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** Throws a SyntaxError for what is not JSON. Numbers become raw JSON; see `numberOf`. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, { source }) =>
    typeof value === 'number' ? JSON.rawJSON(source ?? String(value)) : value,
  );
}

export function printed(value: unknown): string {
  return `${JSON.stringify(sorted(value))}\n`;
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
  );
}

/** The number that was written, also as a text. */
export function numberOf(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const number = Number(text === '' ? Number.NaN : (text ?? Number.NaN));
  return Number.isFinite(number) && typeof value !== 'boolean' && value !== null
    ? number
    : undefined;
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** A list, or a text with commas, as Vault takes either. */
export function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(textOf);
  return textOf(value)
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

export function flagOf(value: unknown): boolean {
  return value === true || value === 'true' || numberOf(value) === 1;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
