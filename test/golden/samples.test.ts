/** The samples: valid, without a field that would be pruned, and honest about what is not acted on. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { readSamples, type Sample, type SampleObject } from '../../hack/gen/samples.ts';
import { ROOT } from '../../hack/gen/tree.ts';
import { isKindName, KINDS, type KindName } from '../../src/api/kinds.ts';
import { normalForm } from '../../src/api/normal-form.ts';
import { supported, validate } from '../../src/api/validate.ts';

describe('samples', async () => {
  const samples = await readSamples();
  const ours = samples.flatMap(ofOurKinds);

  it('show every kind', () => {
    const shown = new Set(ours.map(({ kind }) => kind));
    assert.deepEqual(shown, new Set(Object.values(KINDS).map(({ kind }) => kind)));
  });

  for (const { kind, path, object } of ours) {
    const name = `${object.kind} ${object.metadata.name} in ${path}`;

    it(`${name} is valid`, () => {
      assert.deepEqual(problems(kind, object), []);
    });

    it(`${name} holds no field that the API server would prune`, () => {
      assert.deepEqual(normalForm(KINDS[kind].spec, object.spec), object.spec);
    });

    it(`${name} ${KINDS[kind].actedOn ? 'asks for nothing that is not acted on' : 'is said not to be acted on'}`, () => {
      const fields = supported(kind, object.spec).map(({ field }) => field);
      assert.deepEqual(fields, KINDS[kind].actedOn ? [] : ['kind']);
    });
  }

  it('of the coherent set are all applied by its kustomization', async () => {
    const text = await readFile(join(ROOT, 'config/samples/kustomization.yaml'), 'utf8');
    const kustomization: { resources: readonly string[] } = parse(text);
    const inSet = samples.filter(({ path }) => !path.includes('/more/'));
    const names = inSet.map(({ path }) => path.replace('config/samples/', ''));
    assert.deepEqual(kustomization.resources.toSorted(), names.toSorted());
  });
});

function problems(kind: KindName, object: SampleObject): readonly unknown[] {
  const metadata = {
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...object.metadata,
  };
  const result = validate(kind, { ...object, metadata });
  return result.ok ? [] : result.errors;
}

function ofOurKinds(sample: Sample) {
  const { kind } = sample.object;
  return isKindName(kind) ? [{ ...sample, kind }] : [];
}
