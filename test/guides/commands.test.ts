import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  blockWith,
  commandsOf,
  needsContainerEngine,
  scriptOf,
  TRIED_ELSEWHERE,
  triedPages,
} from './commands.ts';

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

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

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

  it('leave out what other tests run', () => {
    const page = '```sh\nnpm ci && npm test\n```\n```sh\nnpm ci && npm test -- more\n```\n';
    assert.equal(
      scriptOf(page),
      'set -euo pipefail\necho "line 4:" >&2\nnpm ci && npm test -- more\n',
    );
  });

  it('can be asked for one by one, by language and text', () => {
    assert.equal(blockWith(PAGE.join('\n'), 'yaml', 'a:'), 'a: 1\n');
    assert.throws(() => blockWith(PAGE.join('\n'), 'yaml', 'b:'), /0 yaml blocks hold b:/);
    assert.throws(() => blockWith(PAGE.join('\n'), 'sh', 'e'), /2 sh blocks hold e/);
  });

  it('are refused when a block does not end', () => {
    assert.throws(() => commandsOf('```sh\none'), /begins on line 1 does not end/);
  });
});

describe('every page', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'hack/**/*.md', 'config/**/*.md'], { cwd: ROOT });

  it('can be tried but for the one block that makes the image', () => {
    const untried = triedPages(ROOT).flatMap((page) =>
      commandsOf(read(page)).filter(needsContainerEngine),
    );
    assert.equal(untried.length, 1);
  });

  for (const page of pages)
    it(`${page} marks commands as sh, so that they are tried`, () => {
      const text = read(page);
      assert.doesNotMatch(text, /^\s*```(bash|shell|console|zsh)\b/mu);
      const untried = commandsOf(text).filter((each) => !TRIED_ELSEWHERE.has(each.text));
      if (!triedPages(ROOT).includes(page)) assert.deepEqual(untried, []);
    });
});

describe("the README's commands", () => {
  it('are run by other tests exactly where that is said', () => {
    const elsewhere = commandsOf(read('README.md')).filter(({ text }) => TRIED_ELSEWHERE.has(text));
    assert.deepEqual(
      elsewhere.map(({ text }) => text),
      [...TRIED_ELSEWHERE.keys()],
    );
  });

  it('that show the sandbox start what its test starts', () => {
    const { scripts } = JSON.parse(read('package.json'));
    assert.equal(scripts.sandbox, 'node -r ./hack/node-24.cjs hack/sandbox/main.ts');
    assert.match(read('test/sandbox.test.ts'), /'hack', 'sandbox', 'main\.ts'/);
  });

  it('that test are the first that a change has to pass', () => {
    const lines = read('.ci/run').split('\n');
    const install = lines.findIndex((line) => line.startsWith('npm ci'));
    const test = lines.findIndex((line) => /^stage tests .*npm test$/u.test(line));
    assert.ok(install > 0 && test > install);
  });
});
