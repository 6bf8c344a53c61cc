import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandsOf, needsContainerEngine, scriptOf } from './commands.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = [
  '# A page',
  '```sh',
  'one',
  'two',
  '```',
  '```yaml',
  'a: 1',
  '```',
  '```sh',
  'three',
  '```',
];

describe('the commands of a page', () => {
  it('are what its blocks of shell commands hold', () => {
    assert.deepEqual(commandsOf(PAGE.join('\n')), [
      { line: 2, text: 'one\ntwo\n' },
      { line: 9, text: 'three\n' },
    ]);
  });

  it('are one script that says where it is', () => {
    const script = 'set -euo pipefail\necho "line 2:" >&2\none\ntwo\necho "line 9:" >&2\nthree\n';
    assert.equal(scriptOf(PAGE.join('\n')), script);
  });

  it('are refused when a block does not end', () => {
    assert.throws(() => commandsOf('```sh\none'), /begins on line 1 does not end/);
  });
});

describe('every page of docs', () => {
  it('can be tried but for the one block that makes the image', () => {
    const pages = globSync('docs/guides/*.md', { cwd: ROOT });
    const untried = pages.flatMap((page) =>
      commandsOf(readFileSync(join(ROOT, page), 'utf8')).filter(needsContainerEngine),
    );
    assert.equal(untried.length, 1);
  });

  for (const page of globSync('{README,CONTRIBUTING}.md', { cwd: ROOT }).concat(
    globSync('docs/**/*.md', { cwd: ROOT }),
  ))
    it(`${page} marks commands as sh, so that they are tried`, () => {
      const text = readFileSync(join(ROOT, page), 'utf8');
      assert.doesNotMatch(text, /^\s*```(bash|shell|console|zsh)\b/mu);
      commandsOf(text);
    });
});
