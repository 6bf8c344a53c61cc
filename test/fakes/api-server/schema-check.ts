/**
 * Validation of a custom resource by its structural schema: ajv judges, and its findings are told the way
 * kube-apiserver tells them. Refuses to know updates, pruning and defaults.
 */
import { Ajv, type ErrorObject } from 'ajv';
import { DateTime } from 'luxon';
import { type Fields, fieldsOf, isFields, listOf } from './objects.ts';
import type { Cause } from './status.ts';

export interface Finding extends Cause {
  /** Where in the object, for comparing with the previous one. */
  readonly at: readonly string[];
}

export function validator(schema: Fields): (value: unknown) => Finding[] {
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, logger: false });
  ajv.addFormat('date-time', isDateTime);
  ajv.addFormat('int32', { type: 'number', validate: (value) => Math.abs(value) < 2 ** 31 });
  ajv.addFormat('int64', { type: 'number', validate: (value) => Math.abs(value) < 2 ** 63 });
  const validate = ajv.compile(fieldsOf(plain(schema)));
  return (value) => {
    if (validate(value)) return [];
    const findings = (validate.errors ?? []).flatMap((error) => finding(error));
    return findings.sort((a, b) => (a.field ?? '').localeCompare(b.field ?? ''));
  };
}

/** RFC 3339, with its zone. */
function isDateTime(text: string): boolean {
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) && DateTime.fromISO(text).isValid;
}

/** OpenAPI v3 as JSON Schema: nullable and int-or-string become type lists; metadata is checked elsewhere. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (!isFields(schema)) return schema;
  const {
    default: _default,
    nullable,
    type,
    'x-kubernetes-int-or-string': either,
    ...rest
  } = schema;
  const types = either === true ? ['integer', 'string'] : listOf(type ?? []).concat(type ?? []);
  const all = nullable === true && types.length > 0 ? [...types, 'null'] : types;
  const entries = Object.entries(rest).map(([name, value]) => [name, inner(name, value)]);
  return { ...Object.fromEntries(entries), ...(all.length > 0 && { type: all }) };
}

/** Property names are not keywords: a property may be called `nullable` or `type`. */
function inner(name: string, value: unknown): unknown {
  if (name === 'enum') return value;
  if (name !== 'properties') return plain(value);
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).map(([key, field]) => [key, plain(field)]),
  );
}

function finding(error: ErrorObject): Finding[] {
  const names = error.instancePath.split('/').slice(1).map(unescapePointer);
  const told = TOLD[error.keyword];
  if (told === undefined) return [];
  const params: Fields = error.params;
  const missing = error.keyword === 'required' ? [String(params['missingProperty'])] : [];
  const path = [...names, ...missing];
  const limit = params['allowedValues'] ?? error.schema;
  const [reason, message, field] = told(dotted(path), error.data, limit);
  return [{ reason, message, field: field ?? dotted(path), at: names }];
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** `spec.items[0].name`, as field.Path prints it. */
function dotted(path: readonly string[]): string {
  const text = path.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
  return text.replace(/^\./, '');
}

type Telling = (
  field: string,
  value: unknown,
  limit: unknown,
) => [reason: string, message: string, field?: string];

const INVALID = 'FieldValueInvalid';

/** Go prints floats, strings and structures each in their own way; here as JSON. */
function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function body(rule: (limit: unknown) => string): Telling {
  return (field, value, limit) => [
    INVALID,
    `Invalid value: ${shown(value)}: ${field} in body should ${rule(limit)}`,
  ];
}

/** The one finding that names no field. */
function outOfRange(field: string, format: unknown): ReturnType<Telling> {
  const why = `Checked value must be of type integer with format ${String(format)} in ${field}`;
  return [INVALID, `Invalid value: "": ${why}`, '<nil>'];
}

const TOLD: Readonly<Record<string, Telling>> = {
  required: () => ['FieldValueRequired', 'Required value'],
  enum: (_field, value, allowed) => [
    'FieldValueNotSupported',
    `Unsupported value: ${shown(value)}: supported values: ${listOf(allowed).map(shown).join(', ')}`,
  ],
  type: (field, value, type) => {
    const wanted = listOf(type)
      .filter((one) => one !== 'null')
      .join(',');
    const got = typeName(value);
    return [
      'FieldValueTypeInvalid',
      `Invalid value: "${got}": ${field} in body must be of type ${wanted}: "${got}"`,
    ];
  },
  pattern: body((limit) => `match '${String(limit)}'`),
  minimum: body((limit) => `be greater than or equal to ${String(limit)}`),
  maximum: body((limit) => `be less than or equal to ${String(limit)}`),
  minLength: body((limit) => `be at least ${String(limit)} chars long`),
  minItems: (field, value, limit) => [
    INVALID,
    `Invalid value: ${listOf(value).length}: ${field} in body should have at least ${String(limit)} items`,
  ],
  minProperties: body((limit) => `have at least ${String(limit)} properties`),
  maxProperties: (_field, _value, limit) => [
    'FieldValueTooMany',
    `Too many: must have at most ${String(limit)} items`,
  ],
  maxItems: (_field, value, limit) => [
    'FieldValueTooMany',
    `Too many: ${listOf(value).length}: must have at most ${String(limit)} items`,
  ],
  maxLength: (_field, _value, limit) => [
    'FieldValueTooLong',
    `Too long: may not be more than ${String(limit)} bytes`,
  ],
  format: (field, value, format) => {
    if (format !== 'date-time') return outOfRange(field, format);
    const why = `${field} in body must be of type date-time: ${shown(value)}`;
    return ['FieldValueTypeInvalid', `Invalid value: ${shown(value)}: ${why}`];
  },
  oneOf: body(() => 'match exactly one schema'),
  anyOf: body(() => 'match at least one schema'),
  not: body(() => 'not match the forbidden schema'),
};
