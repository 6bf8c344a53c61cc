/** Objects that mean the same have one form, and bringing them there loses nothing that somebody said. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { KINDS } from './kinds.ts';
import { normalForm } from './normal-form.ts';
import type { Schema } from './schema.ts';

const { spec: schema } = KINDS.VaultStaticSecret;
const spec = { mount: 'kv', path: 'a', type: 'kv-v2', destination: { name: 'a', create: true } };

describe('normalForm', () => {
  const same: Readonly<Record<string, object>> = {
    'an empty transformation': { destination: { ...spec.destination, transformation: {} } },
    'a transformation of empty parts': {
      destination: {
        ...spec.destination,
        transformation: { templates: {}, includes: [], excludeRaw: false },
      },
    },
    'empty labels and annotations': {
      destination: { ...spec.destination, labels: {}, annotations: {} },
    },
    'no targets': { rolloutRestartTargets: [] },
    'version 0, which is the latest': { version: 0 },
    'an empty namespace': { namespace: '' },
    'an option switched off': { syncConfig: { instantUpdates: false } },
    nulls: { vaultAuthRef: null, rolloutRestartTargets: null, destination: spec.destination },
    'a field that is not ours': { extra: { nested: true } },
  };
  for (const [what, written] of Object.entries(same)) {
    it(`${what} is as good as nothing`, () =>
      assert.deepEqual(normalForm(schema, { ...spec, ...written }), spec));
  }

  const kept: Readonly<Record<string, object>> = {
    'the opposite of a default': { hmacSecretData: false },
    'an empty field that is required': { mount: '' },
    'an empty object that is required': { destination: {} },
    'empty values under keys of the user': {
      destination: { ...spec.destination, labels: { a: '', ['__proto__']: 'x', constructor: '' } },
    },
    'empty items of a list': {
      destination: { ...spec.destination, transformation: { includes: [''] } },
    },
    'a zero of another type': { namespace: 0, version: '', rolloutRestartTargets: {} },
    'what is not of the right shape': { path: 3, destination: ['x'], rolloutRestartTargets: 'web' },
  };
  for (const [what, written] of Object.entries(kept)) {
    it(`${what} stays`, () => {
      const whole = { ...spec, ...written };
      assert.deepEqual(normalForm(schema, whole), whole);
    });
  }

  it('leaves the object that it was given alone', () => {
    const given = { ...spec, version: 0, destination: { name: 'a', labels: {} } };
    const before = structuredClone(given);
    normalForm(schema, given);
    assert.deepEqual(given, before);
  });

  it('of a normal form is that form, for every kind and whatever is written', () => {
    for (const { spec: each } of Object.values(KINDS)) {
      fc.assert(
        fc.property(anyValue(each), (value) => {
          const once = normalForm(each, value);
          assert.deepEqual(normalForm(each, once), once);
        }),
        { numRuns: 50 },
      );
    }
  });
});

/** Values around a schema: mostly of its shape, now and then zero, null or something else. */
function anyValue(each: Schema): fc.Arbitrary<unknown> {
  const zero = fc.constantFrom('', 0, false, null, undefined, 7, 'x');
  return fc.oneof({ weight: 3, arbitrary: shaped(each) }, zero);
}

function shaped(each: Schema): fc.Arbitrary<unknown> {
  if (each.type === 'array') return fc.array(anyValue(each.items), { maxLength: 2 });
  if (each.type !== 'object') return fc.constantFrom('', 'x', 0, 7, true, false);
  if (!each.properties) return fc.dictionary(fc.string(), anyValue(each.additionalProperties));
  const fields = Object.entries(each.properties).map(([name, field]) => [name, anyValue(field)]);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}
