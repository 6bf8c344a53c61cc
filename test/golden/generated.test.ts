/** The generated files as they are in the tree: what the schemas and samples give, and nothing beside. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generatedFiles } from '../../hack/gen/files.ts';
import { type Files, staleFiles, writeFiles } from '../../hack/gen/tree.ts';
import { GROUP } from '../../src/api/group.ts';

describe('generated files', () => {
  it('are what the schemas and samples give, byte for byte', async () => {
    assert.deepEqual(await staleFiles(await generatedFiles()), []);
  });

  describe('in a tree that differs', () => {
    const crdPath = `config/crd/bases/${GROUP}_vaultauths.yaml`;
    const strayPath = 'config/crd/bases/stray.yaml';
    let root: string;
    let files: Files;

    before(async () => {
      root = await mkdtemp(join(tmpdir(), 'generated-'));
      files = await generatedFiles();
      await writeFiles(await staleFiles(files, root), root);
    });
    after(() => rm(root, { recursive: true }));

    it('an edited file and one that no kind accounts for are named, and put right', async () => {
      await writeFile(join(root, crdPath), `${files.get(crdPath)} `);
      await writeFile(join(root, strayPath), '');
      const stale = await staleFiles(files, root);
      assert.deepEqual(new Set(stale.map(({ path }) => path)), new Set([crdPath, strayPath]));
      await writeFiles(stale, root);
      assert.deepEqual(await staleFiles(files, root), []);
    });
  });
});
