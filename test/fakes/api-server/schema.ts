/**
 * Structural schemas at work on custom resources: prune what is unknown, fill in defaults, and say what is wrong
 * in the API server's words. CEL rules (x-kubernetes-validations) are not evaluated.
 */

import type { Column, Reading } from './kinds.ts';
import {
  at,
  type Draft,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  same,
  textOf,
} from './objects.ts';
import { validator } from './schema-check.ts';

/** Fields that every object has, whatever its schema says. */
const FRAME = ['apiVersion', 'kind', 'metadata'];

export function reading(schema: unknown, printerColumns: unknown): Reading {
  const root = fieldsOf(schema);
  const validate = validator(root);
  return {
    schema,
    columns: listOf(printerColumns).map(columnOf),
    unknown: (draft) => unknownFields(root, draft, '', FRAME).sort(),
    shape: (draft) => shaped(root, draft),
    check: (draft, previous) =>
      validate(draft).filter(
        (cause) => previous === undefined || !tolerated(cause.at, draft, previous),
      ),
  };
}

/** Validation ratcheting: a value that was already there, unchanged, is not held against an update. */
function tolerated(path: readonly string[], draft: Draft, previous: Draft): boolean {
  const before = at(previous, ...path);
  return path.length > 0 && before !== undefined && same(before, at(draft, ...path));
}

function columnOf(value: unknown): Column {
  const column = fieldsOf(value);
  return {
    name: textOf(column['name']),
    type: textOf(column['type']),
    jsonPath: textOf(column['jsonPath']),
    priority: numberOf(column['priority'], 0),
  };
}

function shaped<T extends Draft>(root: Fields, draft: T): T {
  const frame = Object.fromEntries(Object.entries(draft).filter(([name]) => FRAME.includes(name)));
  const rest = Object.fromEntries(Object.entries(draft).filter(([name]) => !FRAME.includes(name)));
  const pruned = fieldsOf(filled(root, prune(root, rest)));
  return { ...draft, ...blank(draft), ...pruned, ...frame };
}

/** Undefined for every field, so that what pruning dropped does not come back from the spread draft. */
function blank(draft: Draft): Fields {
  return Object.fromEntries(Object.keys(draft).map((name) => [name, undefined]));
}

function keepsUnknown(schema: Fields): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** Drops unknown fields, and nulls where null is not allowed. */
function prune(schema: Fields, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => prune(fieldsOf(schema['items']), item));
  if (!isFields(value)) return value;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const field = fieldSchema(schema, name);
    if (field === undefined) return keepsUnknown(schema) ? [[name, inner]] : [];
    if (field === true) return [[name, inner]];
    const stray = inner === null && field['nullable'] !== true && !keepsUnknown(field);
    return stray ? [] : [[name, prune(field, inner)]];
  });
  return Object.fromEntries(entries);
}

/** true: any value goes. undefined: no such field. */
function fieldSchema(schema: Fields, name: string): Fields | true | undefined {
  const properties = fieldsOf(schema['properties']);
  if (Object.hasOwn(properties, name)) return fieldsOf(properties[name]);
  const additional = schema['additionalProperties'];
  if (additional === true) return true;
  return isFields(additional) ? additional : undefined;
}

function unknownFields(schema: Fields, value: unknown, path: string, ignored: string[]): string[] {
  if (Array.isArray(value)) {
    const items = fieldsOf(schema['items']);
    return value.flatMap((item, index) => unknownFields(items, item, `${path}[${index}]`, []));
  }
  return Object.entries(fieldsOf(value)).flatMap(([name, inner]) => {
    const full = path === '' ? name : `${path}.${name}`;
    const field = ignored.includes(name) ? true : fieldSchema(schema, name);
    if (field === undefined) return keepsUnknown(schema) ? [] : [full];
    return field === true ? [] : unknownFields(field, inner, full, []);
  });
}

/** Defaults, from the outside in. */
function filled(schema: Fields, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(fieldsOf(schema['items']), item));
  if (!isFields(value)) return value;
  const result: Fields = { ...value };
  for (const [name, property] of Object.entries(fieldsOf(schema['properties']))) {
    const field = fieldsOf(property);
    if (!Object.hasOwn(field, 'default')) continue;
    if (result[name] === undefined) result[name] = structuredClone(field['default']);
  }
  for (const [name, inner] of Object.entries(result)) {
    const field = fieldSchema(schema, name);
    if (isFields(field)) result[name] = filled(field, inner);
  }
  return result;
}
