/**
 * Our own check of what the API server demands of a CRD's schema (a structural schema), and of what we demand beyond:
 * a description on every field and no word that is ours alone.
 */

export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
  readonly [word: string]: unknown;
}

const WORDS = new Set([
  'type',
  'description',
  'default',
  'enum',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'required',
  'properties',
  'items',
  'additionalProperties',
]);

/** Each as "path: fault"; none for a good schema. */
export function structuralFaults(root: SchemaNode): readonly string[] {
  return [...faultsAt(root, '$')];
}

/** Kubernetes' own; a CRD says nothing about it but its type. */
const METADATA = '$.metadata';

function* faultsAt(node: SchemaNode, path: string): Generator<string> {
  for (const [fault, holds] of Object.entries(path === METADATA ? {} : FAULTS)) {
    if (holds(node)) yield `${path}: ${fault}`;
  }
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    const at = `${path}.${name}`;
    if (!field.description && at !== METADATA) yield `${at}: no description`;
    yield* faultsAt(field, at);
  }
  if (node.items) yield* faultsAt(node.items, `${path}[]`);
  if (node.additionalProperties) yield* faultsAt(node.additionalProperties, `${path}.*`);
}

const FAULTS: Readonly<Record<string, (node: SchemaNode) => boolean>> = {
  'no type': (node) => node.type === undefined,
  'a word that is not of CRDs': (node) => !Object.keys(node).every((word) => WORDS.has(word)),
  'both fields and free keys': (node) => Boolean(node.properties && node.additionalProperties),
  'everything below would be pruned': (node) =>
    node.type === 'object' && !node.properties && !node.additionalProperties,
  'a list without items, or items without a list': (node) =>
    (node.type === 'array') !== (node.items !== undefined),
  'requires a field that it does not have': (node) =>
    !(node.required ?? []).every((name) => Object.hasOwn(node.properties ?? {}, name)),
  'not a pattern': (node) => node.pattern !== undefined && !isPattern(node.pattern),
  'default of another type': (node) =>
    node.default !== undefined && typeof node.default !== JAVASCRIPT_TYPES[node.type ?? ''],
  'default outside the enum': (node) =>
    node.default !== undefined && node.enum?.includes(node.default) === false,
  'default out of bounds': (node) =>
    Number(node.default) < (node.minimum ?? -Infinity) ||
    Number(node.default) > (node.maximum ?? Infinity),
};

const JAVASCRIPT_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'number',
};

function isPattern(text: string): boolean {
  try {
    return RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
