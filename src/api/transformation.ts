/** How the data of a Vault secret becomes the data of a Kubernetes Secret: `spec.destination.transformation`. */
import type { Fields } from './schema.ts';

const name = {
  type: 'string',
  description:
    'Name of the template, by which other templates can include it. Without a value a unique name is made up.',
} as const;

const text = {
  type: 'string',
  description:
    'The template, in the language of Go text/template with the Sprig functions. It sees .Secrets, .Metadata, .Annotations and .Labels.',
} as const;

export const template = {
  type: 'object',
  required: ['text'],
  properties: { name, text },
} as const;

export const templates = {
  type: 'object',
  description: 'Templates by the key that each writes in the Secret.',
  additionalProperties: template,
} as const satisfies Fields[string];

const templateRefs = {
  type: 'array',
  description: 'Which templates of the SecretTransformation to use; all of them without a value.',
  items: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', description: 'Key of the template in spec.templates there.' },
      keyOverride: {
        type: 'string',
        description: 'Key to write in the Secret in place of the key of the template.',
      },
    },
  },
} as const satisfies Fields[string];

const transformationRefs = {
  type: 'array',
  description: 'SecretTransformation objects whose templates and filters are used as well.',
  items: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', description: 'Name of the SecretTransformation.' },
      namespace: {
        type: 'string',
        description: 'Its namespace; the namespace of this object without a value.',
      },
      templateRefs,
      ignoreIncludes: {
        type: 'boolean',
        description: 'Leave its includes aside.',
      },
      ignoreExcludes: {
        type: 'boolean',
        description: 'Leave its excludes aside.',
      },
    },
  },
} as const satisfies Fields[string];

export const includes = {
  type: 'array',
  items: { type: 'string' },
  description:
    'Regular expressions (RE2, not anchored). Keys of the Vault secret that match none of them are left out. Without a value all keys stay.',
} as const satisfies Fields[string];

export const excludes = {
  type: 'array',
  items: { type: 'string' },
  description:
    'Regular expressions (RE2, not anchored). Keys of the Vault secret that match one of them are left out; applied before includes.',
} as const satisfies Fields[string];

export const transformation = {
  type: 'object',
  description:
    'Changes what is written: templates add keys, filters drop keys. Filters look at keys of the Vault secret only, never at keys that templates write.',
  properties: {
    templates: { ...templates, 'x-not-yet': true },
    transformationRefs: { ...transformationRefs, 'x-not-yet': true },
    includes: { ...includes, 'x-not-yet': true },
    excludes: { ...excludes, 'x-not-yet': true },
    excludeRaw: {
      type: 'boolean',
      description: 'Leave out the key _raw, which holds the whole answer of Vault as JSON.',
    },
  },
} as const satisfies Fields[string];
