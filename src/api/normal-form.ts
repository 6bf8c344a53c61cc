/**
 * One form for objects that mean the same. VSO is written in Go, where an unset field and its zero value are one:
 * depending on who wrote an object last it holds `transformation: {}`, `labels: {}`, `revoke: false` or nothing at all.
 * Comparing and hashing objects is only sound after bringing them here. Knows schemas, not kinds; judges nothing.
 */
import type { ObjectSchema, Schema } from './schema.ts';

/**
 * A copy without unknown fields, nulls, and zero values ("", 0, false, [], {}) of fields that are neither required nor
 * defaulted. Values in maps and lists are the user's and stay. What is not of the schema's shape is returned as it is,
 * for validation to find.
 */
export function normalForm(schema: Schema, value: unknown): unknown {
  if (schema.type === 'array') {
    return Array.isArray(value) ? value.map((item) => normalForm(schema.items, item)) : value;
  }
  if (schema.type !== 'object' || !isObject(value)) return value;
  if (schema.properties) return fieldsOf(schema, value);
  const { additionalProperties: item } = schema;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, normalForm(item, each)]),
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(schema: ObjectSchema, value: Readonly<Record<string, unknown>>): object {
  const kept: [string, unknown][] = [];
  for (const [name, field] of Object.entries(schema.properties)) {
    if (!Object.hasOwn(value, name)) continue;
    const formed = normalForm(field, value[name]);
    const optional = !('default' in field) && !schema.required?.includes(name);
    if (formed === null || (optional && isZero(field, formed))) continue;
    kept.push([name, formed]);
  }
  return Object.fromEntries(kept);
}

/** Of the schema's own type only: 0 where text belongs is a mistake to be told. */
function isZero({ type }: Schema, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value) && value.length === 0;
  if (type === 'object') return isObject(value) && Object.keys(value).length === 0;
  return value === ZEROS[type];
}

const ZEROS = { string: '', integer: 0, boolean: false } as const;
