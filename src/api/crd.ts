/**
 * Kinds as CustomResourceDefinition manifests (apiextensions.k8s.io/v1), as plain objects. Our own words of a schema
 * leave as sentences of its description, so that what `kubectl explain` says is what validation does.
 */
import { GROUP, type KindDefinition, VERSION } from './group.ts';
import type { OwnWords, Schema } from './schema.ts';

/** Marks a CRD whose field set is ours, so that a cluster that has known VSO can be told apart. */
const ANNOTATIONS = { [`${GROUP}/schema-by`]: 'vault-lease-operator' };

export function crdOf(definition: KindDefinition) {
  const { kind, plural, singular, listKind } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}`, annotations: ANNOTATIONS },
    spec: {
      group: GROUP,
      names: { kind, listKind, plural, singular },
      scope: 'Namespaced',
      versions: [versionOf(definition)],
    },
  };
}

function versionOf(definition: KindDefinition) {
  const columns = definition.columns.map((column) => ({ ...column }));
  return {
    name: VERSION,
    served: true,
    storage: true,
    ...(columns.length > 0 && { additionalPrinterColumns: columns }),
    schema: { openAPIV3Schema: rootOf(definition) },
    subresources: { status: {} },
  };
}

function rootOf({ description, actedOn, spec, status }: KindDefinition): PublishedSchema {
  return {
    description: actedOn ? description : `${description} ${KIND_NOT_YET}`,
    type: 'object',
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec: published(spec),
      status: published(status),
    },
  };
}

/** A schema as the API server gets it; `format`, `pattern` and the like as they were written. */
export interface PublishedSchema {
  readonly type: Schema['type'];
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, PublishedSchema>>;
  readonly items?: PublishedSchema;
  readonly additionalProperties?: PublishedSchema;
}

/** Every part is a copy, because YAML writers turn shared parts into aliases. */
function published(schema: Schema): PublishedSchema {
  const {
    'x-not-yet': _notYet,
    'x-not-empty': _notEmpty,
    'x-duration': _duration,
    description,
    ...standard
  } = schema;
  const told = [description ?? [], sentences(schema)].flat().join(' ');
  return {
    ...(told !== '' && { description: told }),
    ...structuredClone(standard),
    ...inner(schema),
  };
}

function inner(schema: Schema): Partial<PublishedSchema> {
  if (schema.type === 'array') return { items: published(schema.items) };
  if (schema.type !== 'object') return {};
  if (schema.additionalProperties) {
    return { additionalProperties: published(schema.additionalProperties) };
  }
  const fields = Object.entries(schema.properties);
  return {
    properties: Object.fromEntries(fields.map(([name, field]) => [name, published(field)])),
  };
}

const KIND_NOT_YET =
  'Not acted on yet: objects are stored, and reported with the reason NotSupportedYet.';

function sentences(words: OwnWords): readonly string[] {
  const said: string[] = [];
  if (words['x-not-empty']) said.push('Must not be empty.');
  if (words['x-duration'])
    said.push('A number and one unit, for example 30s or 1.5h; at most ten years.');
  const notYet = words['x-not-yet'];
  if (notYet === true) {
    said.push(
      'Not acted on yet: an object that sets it is refused with the reason NotSupportedYet.',
    );
  } else if (notYet) {
    said.push(
      `Not acted on yet, and refused with the reason NotSupportedYet: ${notYet.join(', ')}.`,
    );
  }
  return said;
}
