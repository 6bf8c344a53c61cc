/** SecretTransformation: templates and filters that several secrets share. The schema only; nothing acts on it yet. */
import { defineKind } from './group.ts';
import { conditions, healthColumns } from './shared.ts';
import { excludes, includes, template, templates } from './transformation.ts';

export const secretTransformation = defineKind({
  kind: 'SecretTransformation',
  description:
    'Templates and filters for use by many secrets, through destination.transformation.transformationRefs.',
  actedOn: false,
  columns: healthColumns,
  spec: {
    type: 'object',
    description: 'The shared templates and filters.',
    properties: {
      templates,
      sourceTemplates: {
        type: 'array',
        description: 'Templates that write no key themselves, for the others to include.',
        items: template,
      },
      includes,
      excludes,
    },
  },
  status: {
    type: 'object',
    description: 'What the operator found.',
    properties: {
      valid: { type: 'boolean', description: 'Whether every template can be parsed.' },
      error: { type: 'string', description: 'Why it cannot.' },
      conditions,
    },
  },
});
