/** That the check of schemas finds what it is for, and that the compiler refuses the worst of it beforehand. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Schema } from '../../src/api/schema.ts';
import { type SchemaNode, structuralFaults } from './structural.ts';

const text = { type: 'string', description: 'x' } as const;

describe('the structural check itself', () => {
  const planted: Readonly<Record<string, SchemaNode>> = {
    'a node without a type': { properties: {} },
    'fields beside free keys': { type: 'object', properties: {}, additionalProperties: text },
    'an object without fields': { type: 'object', properties: { a: { ...text, type: 'object' } } },
    'a list without items': { type: 'object', properties: { a: { ...text, type: 'array' } } },
    'a required field that is not there': { type: 'object', properties: {}, required: ['a'] },
    'a default outside the enum': {
      type: 'object',
      properties: { a: { ...text, enum: ['x'], default: 'y' } },
    },
    'a default of another type': { type: 'object', properties: { a: { ...text, default: 1 } } },
    'a pattern that is none': { type: 'object', properties: { a: { ...text, pattern: '(' } } },
    'a field without a description': { type: 'object', properties: { a: { type: 'string' } } },
    'a word of ours': { type: 'object', properties: { a: { ...text, 'x-not-yet': true } } },
    'a word that CRDs do not have': { type: 'object', properties: { a: { ...text, $ref: '#' } } },
  };
  for (const [name, schema] of Object.entries(planted)) {
    it(`finds ${name}`, () => assert.equal(structuralFaults(schema).length, 1));
  }
});

const refusedByTheCompiler: readonly Schema[] = [
  // @ts-expect-error: fields beside free keys
  { type: 'object', properties: {}, additionalProperties: text },
  // @ts-expect-error: a list without items
  { type: 'array' },
  // @ts-expect-error: a field without a description
  { type: 'object', properties: { a: { type: 'string' } } },
  // @ts-expect-error: a word that structural schemas do not have
  { type: 'object', properties: {}, $ref: '#' },
];

describe('what does not compile as a schema', () => {
  for (const schema of refusedByTheCompiler) {
    it(`${JSON.stringify(schema)} is found by the check, too`, () =>
      assert.equal(structuralFaults(schema as SchemaNode).length, 1));
  }
});
