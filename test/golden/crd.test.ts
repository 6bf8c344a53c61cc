/** The CRDs as they are in the tree: the interface of VSO field by field, and structural in the sense of Kubernetes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { ROOT } from '../../hack/gen/tree.ts';
import { KINDS } from '../../src/api/kinds.ts';
import { factLines, fieldLines } from './field-lines.ts';
import { type SchemaNode, structuralFaults } from './structural.ts';
import { VSO } from './vso-fields.ts';

const GROUP = 'secrets.hashicorp.com';

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: object;
    readonly versions: readonly {
      readonly name: string;
      readonly subresources: object;
      readonly additionalPrinterColumns?: readonly {
        name: string;
        type: string;
        jsonPath: string;
      }[];
      readonly schema: { readonly openAPIV3Schema: SchemaNode };
    }[];
  };
}

async function crdOnDisk(plural: string): Promise<Crd> {
  const path = join(ROOT, `config/crd/bases/${GROUP}_${plural}.yaml`);
  const crd: Crd = parse(await readFile(path, 'utf8'));
  return crd;
}

describe('custom resource definitions', () => {
  it('are of the kinds of VSO that we serve, and of no other', () => {
    assert.deepEqual(Object.keys(KINDS), Object.keys(VSO));
  });

  for (const [kind, facts] of Object.entries(VSO)) {
    describe(kind, () => {
      let crd: Crd;
      let version: Crd['spec']['versions'][number];
      let root: SchemaNode;
      before(async () => {
        crd = await crdOnDisk(facts.plural);
        version = crd.spec.versions[0]!;
        root = version.schema.openAPIV3Schema;
      });

      it('has the names, the scope and the one version of VSO', () => {
        const singular = kind.toLowerCase();
        assert.equal(crd.metadata.name, `${facts.plural}.${GROUP}`);
        assert.deepEqual([crd.spec.group, crd.spec.scope], [GROUP, 'Namespaced']);
        const names = { kind, listKind: `${kind}List`, plural: facts.plural, singular };
        assert.deepEqual(crd.spec.names, names);
        assert.deepEqual([crd.spec.versions.length, version.name], [1, 'v1beta1']);
        assert.deepEqual(version.subresources, { status: {} });
      });

      it('prints the columns of VSO', () => {
        const columns = (version.additionalPrinterColumns ?? []).map(
          ({ name, type, jsonPath }) => `${name} ${type} ${jsonPath}`,
        );
        assert.deepEqual(columns, facts.columns.map(column));
      });

      function part(name: 'spec' | 'status'): SchemaNode {
        return root.properties?.[name] ?? assert.fail(`no ${name}`);
      }

      it('has the spec of VSO, field by field', () => {
        assert.deepEqual(fieldLines(part('spec')), factLines(facts.spec));
      });

      it('has the status of VSO, field by field', () => {
        assert.deepEqual(fieldLines(part('status')), factLines(facts.status));
      });

      it('requires nothing at its root', () => assert.equal(root.required, undefined));

      it('is structural', () => assert.deepEqual(structuralFaults(root), []));
    });
  }
});

function column(line: string): string {
  const [name, condition] = line.split(' ');
  if (!condition) return `${name} date .metadata.creationTimestamp`;
  return `${name} string .status.conditions[?(@.type == "${condition}")].status`;
}
