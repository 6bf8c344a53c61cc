import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openTree, withoutHook } from './tree.ts';

describe('a tree', () => {
  let folder: string;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', env: withoutHook() });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vlo-tree-'));
    git('init', '--quiet');
    write('.gitignore', 'ignored\n');
    for (const name of ['kept', 'edited', 'removed']) write(name, 'text');
    git('add', '--all');
    const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
    git(...author, 'commit', '--quiet', '--message=first');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is as before when only ignored files came, however it stood at the beginning', async () => {
    write('new', 'not committed');
    await using tree = await openTree(folder);
    write('ignored', 'text');
    write('kept', 'text');
    assert.equal(await tree.changes(), undefined);
  });

  it('tells what was added, removed and changed, also in a file that was new before', async () => {
    write('new', 'one');
    await using tree = await openTree(folder);
    write('new', 'two');
    write('added', 'text');
    write('edited', 'other text');
    rmSync(join(folder, 'removed'));
    assert.equal(await tree.changes(), 'A\tadded\nM\tedited\nM\tnew\nD\tremoved');
  });

  it('leaves the index and the objects of the repository alone', async () => {
    const seen = () => [git('ls-files', '--stage'), readdirSync(join(folder, '.git', 'objects'))];
    const former = seen();
    await using tree = await openTree(folder);
    write('later', 'text');
    await tree.changes();
    assert.deepEqual(seen(), former);
  });

  it('is not to be had outside a checkout', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'vlo-no-tree-'));
    await assert.rejects(openTree(outside), /not a git repository/);
    rmSync(outside, { recursive: true });
  });
});
