/** A schema as the lines of vso-fields.ts, so that the two can be compared as text. */
import type { SchemaNode } from './structural.ts';

/** Lines of facts as a schema would print them: sorted, without the marks that explain a difference. */
export function factLines(facts: string): readonly string[] {
  const lines = facts.trim().split('\n');
  return lines
    .map((line) => sortedRules(line.split(' ').filter((rule) => !MARKS.has(rule))))
    .sort();
}

const MARKS = new Set(['relaxed', 'ours']);

/** One line per field below a schema, sorted. */
export function fieldLines(schema: SchemaNode): readonly string[] {
  return [...linesBelow(schema, '')].sort();
}

function* linesBelow(schema: SchemaNode, prefix: string): Generator<string> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const required = schema.required?.includes(name) ? ['required'] : [];
    const path = prefix === '' ? name : `${prefix}.${name}`;
    yield* linesOf(field, path, required);
  }
  if (schema.items) yield* linesOf(schema.items, `${prefix}[]`, []);
  if (schema.additionalProperties) yield* linesOf(schema.additionalProperties, `${prefix}.*`, []);
}

function* linesOf(schema: SchemaNode, path: string, rules: readonly string[]): Generator<string> {
  const type = schema.additionalProperties ? 'map' : String(schema.type);
  yield sortedRules([path, type, ...rules, ...rulesOf(schema)]);
  yield* linesBelow(schema, path);
}

const STRUCTURE = new Set([
  'type',
  'description',
  'properties',
  'items',
  'additionalProperties',
  'required',
]);

/** Every word of a schema but those that the shape of the lines tells already, known or not. */
function rulesOf(schema: SchemaNode): readonly string[] {
  const words = Object.entries(schema).filter(([word]) => !STRUCTURE.has(word));
  return words.map(([word, value]) => {
    return `${word}=${Array.isArray(value) ? value.join('|') : String(value)}`;
  });
}

function sortedRules([path = '', type = '', ...rules]: readonly string[]): string {
  return [path, type, ...rules.toSorted()].join(' ');
}
