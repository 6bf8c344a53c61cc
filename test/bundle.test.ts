/** The bundle is one file that needs nothing but Node. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Bundle, makeBundle } from '../hack/bundle/make.ts';

const run = promisify(execFile);
const STAMP = { version: '1.2.3', commit: 'c0ffee', date: '2026-01-02T03:04:05Z' };

describe('the bundle', () => {
  let folder: string;
  let file: string;
  let alone: string;
  let bundle: Bundle;

  const runAlone = (...args: string[]) => run(process.execPath, [alone, ...args], { cwd: folder });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vlo-bundle-'));
    file = join(folder, 'made', 'operator.mjs');
    bundle = await makeBundle(file, STAMP);
    alone = join(folder, 'alone.mjs');
    await copyFile(file, alone);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('says which build it is, without anything beside it', async () => {
    const { stdout } = await runAlone('--version');
    assert.deepEqual(JSON.parse(stdout), {
      major: '1',
      minor: '2',
      git_version: '1.2.3',
      git_commit: 'c0ffee',
      build_date: '2026-01-02T03:04:05Z',
    });
  });

  it('lists its flags', async () => {
    const { stdout } = await runAlone('--help');
    assert.match(stdout, /^ {2}--kubeconfig$/m);
    assert.match(stdout, /^ {2}--leader-elect \[true\]$/m);
  });

  it('refuses a flag that nobody knows with a sentence and exit code 2', async () => {
    const stderr = 'unknown flag --nope; see --help\n';
    await assert.rejects(runAlone('--nope'), { code: 2, stderr });
  });

  it('runs commands for people, also as a plug-in that kubectl finds by a link', async () => {
    const direct = await runAlone('explain', '--help');
    assert.match(direct.stdout, /^Usage: operator explain KIND\/NAME \[flags\]\n/);

    const link = join(folder, 'kubectl-vault_lease');
    await symlink(join(dirname(file), 'kubectl-vault_lease'), link);
    const env = { PATH: dirname(process.execPath) };
    const all = await run(link, [], { cwd: folder, env });
    assert.match(all.stdout, /^Usage: kubectl vault_lease COMMAND KIND\/NAME \[flags\]\n/);
    const stderr = 'error: there is no command "dance"; there are explain, sync, pause, resume\n';
    await assert.rejects(run(link, ['dance'], { cwd: folder, env }), { code: 2, stderr });
  });

  it("asks for Node's own modules only", () => {
    assert.ok(bundle.imports.includes('node:fs/promises'), 'the imports were not found');
    assert.deepEqual(
      bundle.imports.filter((name) => !isBuiltin(name)),
      [],
    );
  });

  it('comes with the licence of every package in it', async () => {
    const licences = await readFile(`${file}.licences.txt`, 'utf8');
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
    );
    for (const [name, version] of Object.entries(dependencies))
      assert.ok(licences.includes(`${name} ${version} (`), `${name} is missing`);
    assert.doesNotMatch(licences, /no licence named/);
  });

  it('is the same when it is made again', async () => {
    const again = join(folder, 'again', 'operator.mjs');
    await makeBundle(again, STAMP);
    for (const suffix of ['', '.map', '.licences.txt'])
      assert.ok(
        (await readFile(again + suffix)).equals(await readFile(file + suffix)),
        `operator.mjs${suffix} differs`,
      );
  });
});
