/** The component `name-reference`: kustomize renames what a field of ours names, in every field that names an object. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ROOT } from '../../hack/gen/tree.ts';
import { KINDS } from '../../src/api/kinds.ts';
import type { SchemaNode } from './structural.ts';

interface NameReference {
  readonly kind: string;
  readonly fieldSpecs: readonly { readonly kind: string; readonly path: string }[];
}

/** What names something, by the name of the field. Free keys and lists add nothing to a path, as in kustomize. */
const NAMES = /(^name|Name|Ref|^serviceAccount|ServiceAccount)$/;

/** Fields that name what is no object of the cluster, by the end of their path. */
const NO_OBJECTS: Readonly<Record<string, string>> = {
  'transformation/transformationRefs/templateRefs/name':
    'a template within the SecretTransformation',
  'transformation/templates/name': 'the template itself',
  'spec/templates/name': 'the template itself',
  'spec/sourceTemplates/name': 'the template itself',
  'spec/tlsServerName': 'a host',
  'spec/commonName': 'the subject of a certificate',
  'spec/issuerRef': "an issuer of Vault's PKI engine",
  'storageEncryption/keyName': "a key of Vault's Transit engine",
  'aws/sessionName': 'a session of AWS STS',
  'gcp/clusterName': 'a cluster of Google Cloud',
};

const path = join(ROOT, 'config/components/name-reference/name-reference.yaml');
const { nameReference }: { readonly nameReference: readonly NameReference[] } = parse(
  readFileSync(path, 'utf8'),
);
const followed = new Set(
  nameReference.flatMap(({ fieldSpecs }) => fieldSpecs.map((each) => `${each.kind} ${each.path}`)),
);
const fields = Object.values(KINDS).flatMap(({ kind, spec }) =>
  [...textFields(spec, 'spec')].map((each) => `${kind} ${each}`),
);
const exceptions = Object.keys(NO_OBJECTS);

describe('name-reference', () => {
  it('follows into every field that names an object of the cluster', () => {
    const names = fields.filter((field) => NAMES.test(lastOf(field)));
    const left = names.filter((field) => !exceptions.some((end) => endsWith(field, end)));
    assert.deepEqual([...followed].toSorted(), left.toSorted());
  });

  it('is told of no exception that is not a field, or is followed nevertheless', () => {
    for (const end of exceptions) {
      assert.ok(
        fields.some((field) => endsWith(field, end)),
        `${end} is no field`,
      );
      assert.ok(![...followed].some((field) => endsWith(field, end)), `${end} is followed`);
    }
  });
});

function* textFields(schema: SchemaNode, at: string): Generator<string> {
  if (schema.type === 'string' && schema.enum === undefined) yield at;
  for (const [name, field] of Object.entries(schema.properties ?? {}))
    yield* textFields(field, `${at}/${name}`);
  for (const each of [schema.items, schema.additionalProperties])
    if (each) yield* textFields(each, at);
}

function lastOf(field: string): string {
  return field.slice(field.lastIndexOf('/') + 1);
}

function endsWith(field: string, end: string): boolean {
  return field.replace(' ', '/').endsWith(`/${end}`);
}
