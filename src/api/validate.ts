/**
 * Whether an object may be acted on: the schema of its kind, compiled from the same value as the CRD, and whether all
 * that it asks for has a behaviour. Problems name the field and what it must be; they never repeat a value, because a
 * header or parameter may be a secret. The only importer of ajv.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { parseDuration } from './duration.ts';
import { KINDS, type KindName, type ObjectOf, type SpecOf } from './kinds.ts';
import { isObject, normalForm } from './normal-form.ts';
import type { ObjectMeta } from './object.ts';
import type { Schema } from './schema.ts';

/** For a person: `spec.mount` "must not be empty". */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

export type Validated<Value> =
  | { readonly ok: true; readonly object: Value }
  | { readonly ok: false; readonly errors: readonly FieldProblem[] };

/** An object as it is stored. Kubernetes has checked its metadata; anything may be in the rest. */
interface Stored {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/**
 * The object with its spec in normal form (normal-form.ts) and defaults applied, as a copy; or at most one problem per
 * field. A status that does not fit is left out rather than reported: it is the operator's own memory, no one's mistake.
 */
export function validate<Kind extends KindName>(
  kind: Kind,
  stored: Stored,
): Validated<ObjectOf<Kind>> {
  const { apiVersion, metadata, status } = stored;
  const spec = normalForm(KINDS[kind].spec, stored.spec ?? {});
  const fits = checksOf(kind);
  if (!fits.spec(spec)) return { ok: false, errors: problemsOf(fits.spec.errors ?? []) };
  const object = { apiVersion, kind, metadata, spec };
  return { ok: true, object: fits.status(status) ? { ...object, status } : object };
}

/** What of a spec has no behaviour in this version; empty when all of it has. */
export function supported(kind: KindName, spec: unknown): readonly FieldProblem[] {
  const { actedOn, spec: schema } = KINDS[kind];
  if (!actedOn) return [{ field: 'kind', problem: `${kind} is not acted on in this version` }];
  return [...notYet(schema, normalForm(schema, spec), 'spec')];
}

// The schemas are checked by the compiler and by the tests; a meta-schema would only cost time at every start.
const ajv = new Ajv({
  useDefaults: true,
  allErrors: true,
  verbose: true,
  meta: false,
  validateSchema: false,
  logger: false,
});
formats.default(ajv, ['int32', 'int64', 'date-time']);
ajv.addVocabulary(['x-not-yet']);
ajv.addKeyword({ keyword: 'x-not-empty', type: 'string', validate: isNotEmpty });
ajv.addKeyword({ keyword: 'x-duration', type: 'string', validate: isDuration });

interface Checks<Kind extends KindName> {
  readonly spec: ValidateFunction<SpecOf<Kind>>;
  readonly status: ValidateFunction<NonNullable<ObjectOf<Kind>['status']>>;
}

/** Compiled at the first use of a kind; ajv keeps what it compiled, by the identity of the schema. */
function checksOf<Kind extends KindName>(kind: Kind): Checks<Kind> {
  const { spec, status } = KINDS[kind];
  return { spec: ajv.compile(spec), status: ajv.compile(status) };
}

function isNotEmpty(_word: true, text: string): boolean {
  return text !== '';
}

function isDuration(_word: true, text: string): boolean {
  try {
    return parseDuration(text) >= 0;
  } catch {
    return false;
  }
}

function problemsOf(errors: readonly ErrorObject[]): readonly FieldProblem[] {
  const byField = new Map<string, FieldProblem>();
  for (const error of errors) {
    const field = fieldOf(error);
    if (!byField.has(field)) byField.set(field, { field, problem: problemOf(error) });
  }
  return [...byField.values()];
}

function fieldOf({ instancePath, params }: ErrorObject): string {
  const steps = instancePath.split('/').slice(1).map(unescaped);
  const missing: unknown = params['missingProperty'];
  if (typeof missing === 'string') steps.push(missing);
  return steps.reduce(below, 'spec');
}

/** Undoes the escaping of JSON pointers (RFC 6901). */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Keys are shown in full only while they look like keys. */
function below(path: string, step: string): string {
  if (/^[0-9]+$/.test(step)) return `${path}[${step}]`;
  if (/^[\w./-]{1,63}$/.test(step)) return `${path}.${step}`;
  return `${path}[${JSON.stringify(step.slice(0, 63))}]`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be text; put numbers and true or false in quotes',
  integer: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be a map of fields',
};

const PROBLEMS: Readonly<Record<string, (params: Record<string, unknown>) => string>> = {
  required: () => 'is required',
  type: ({ type }) => TYPES[String(type)] ?? 'has the wrong type',
  enum: ({ allowedValues }) => `must be one of ${[allowedValues].flat().join(', ')}`,
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`,
  pattern: ({ pattern }) => `must match ${String(pattern)}`,
  'x-not-empty': () => 'must not be empty',
  'x-duration': () => 'must be at most 10 years (87600h)',
};

function problemOf({ keyword, params, parentSchema }: ErrorObject): string {
  if (keyword === 'pattern' && parentSchema?.['x-duration'] === true) {
    return 'must be a number and one unit, such as 30s, 5m or 1.5h';
  }
  return PROBLEMS[keyword]?.(params) ?? 'has a value that is not allowed';
}

function* notYet(schema: Schema, value: unknown, field: string): Generator<FieldProblem> {
  const mark = schema['x-not-yet'];
  if (mark === true) yield { field, problem: 'has no effect in this version; remove it' };
  else if (mark?.some((each) => each === value)) {
    yield { field, problem: `must not be one of ${mark.join(', ')} in this version` };
  }
  if (schema.type !== 'object' || !schema.properties || !isObject(value)) return;
  for (const [name, part] of Object.entries(schema.properties)) {
    if (Object.hasOwn(value, name)) yield* notYet(part, value[name], below(field, name));
  }
}
