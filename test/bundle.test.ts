/** The bundle is one file that needs nothing but Node. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BUNDLE = join(import.meta.dirname, '..', 'hack', 'bundle.ts');

describe('the bundle', () => {
  let folder: string;
  let alone: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vlo-bundle-'));
    const file = join(folder, 'operator.mjs');
    await run(process.execPath, [BUNDLE, '--out', file]);
    alone = join(folder, 'alone.mjs');
    await copyFile(file, alone);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('says what it is and what it takes, without anything beside it', async () => {
    const version = await run(process.execPath, [alone, '--version'], { cwd: folder });
    assert.match(version.stdout, /"git_version":"\d+\.\d+\.\d+"/);
    const help = await run(process.execPath, [alone, '--help'], { cwd: folder });
    assert.match(help.stdout, /--kubeconfig/);
  });

  it('refuses a flag that nobody knows with a sentence and exit code 2', async () => {
    const refusal = run(process.execPath, [alone, '--nope'], { cwd: folder });
    await assert.rejects(refusal, { code: 2, stderr: 'unknown flag --nope; see --help\n' });
  });

  it("imports Node's own modules only", async () => {
    const text = await readFile(alone, 'utf8');
    const imported = [...text.matchAll(/^import .* from ["']([^"']+)["'];$/gm)].map(
      ([, name]) => name ?? '',
    );
    assert.ok(imported.length > 5);
    const own = new Set(builtinModules);
    assert.deepEqual(
      imported.filter((name) => !own.has(name.replace(/^node:/, ''))),
      [],
    );
  });

  it('is the same when it is made again', async () => {
    const again = join(folder, 'again', 'operator.mjs');
    await run(process.execPath, [BUNDLE, '--out', again]);
    assert.ok((await readFile(again)).equals(await readFile(alone)));
  });
});
