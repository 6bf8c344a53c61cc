/** What the pages say of the tree: links lead somewhere, and lists of files are whole. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, it } from 'node:test';
import { OPTIONS } from '../../src/options.ts';
import { VSO } from './vso-fields.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'hack/**/*.md'], { cwd: ROOT });

/** Links of a page that lead nowhere in the tree. */
function deadLinks(page: string, text: string): string[] {
  const prose = text.replaceAll(/`[^`\n]*`/gu, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/gu)].map((match) => match[1] ?? '');
  return links.filter((link) => !/^[a-z]+:/u.test(link) && !leads(page, link));
}

function leads(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : posix.normalize(posix.join(dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** As GitHub names headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Files named in code style. */
function filesIn(text: string): string[] {
  return [...text.matchAll(/`([\w./-]+\.ts)`/gu)].map((match) => match[1] ?? '');
}

describe('links', () => {
  for (const page of PAGES)
    it(`of ${page} lead somewhere`, () => assert.deepEqual(deadLinks(page, read(page)), []));

  it('that lead nowhere are found', () => {
    const text = '[a](nowhere.md) [b](metrics.md#no-such) [c](metrics.md) [d](https://e.org/f.md)';
    assert.deepEqual(deadLinks('docs/api.md', text), ['nowhere.md', 'metrics.md#no-such']);
  });
});

describe('the architecture', () => {
  it('names every file directly in src', () => {
    const row = read('docs/architecture.md')
      .split('\n')
      .find((line) => line.startsWith('| `main.ts`'));
    const files = globSync('src/*.ts', { cwd: ROOT })
      .map((file) => posix.basename(file))
      .filter((file) => !file.endsWith('.test.ts'));
    assert.deepEqual(filesIn(row ?? '').toSorted(), files.toSorted());
  });
});

describe('the differences from VSO', () => {
  const page = read('docs/differences-from-vso.md');

  it('name every option of our own', () => {
    const own = Object.entries(OPTIONS)
      .filter(([, option]) => 'env' in option && option.env.startsWith('VLO_'))
      .map(([name]) => name);
    assert.ok(own.length > 0);
    assert.deepEqual(
      own.filter((name) => !page.includes(`\`--${name}\``)),
      [],
    );
  });

  it('name every field of our own', () => {
    const own = Object.values(VSO).flatMap(({ spec, status }) =>
      `${spec}\n${status}`
        .split('\n')
        .filter((line) => / ours\b/u.test(line))
        .map((line) => line.split(/[\s.]/u)[0] ?? ''),
    );
    assert.ok(own.length > 0);
    assert.deepEqual(
      own.filter((name) => !page.includes(`\`${name}\``)),
      [],
    );
  });
});

describe('the decisions', () => {
  it('are all listed', () => {
    const files = globSync('docs/decisions/0*.md', { cwd: ROOT }).map((file) =>
      posix.basename(file),
    );
    const listed = [...read('docs/decisions/README.md').matchAll(/\((0[\w-]+\.md)\)/gu)];
    assert.deepEqual(
      listed.map((match) => match[1]),
      files.toSorted(),
    );
  });
});

describe('the threats', () => {
  const rows = read('docs/threats.md')
    .split('\n')
    .filter((line) => /^\| T\d/u.test(line));

  it('are numbered from 1 to 30', () =>
    assert.deepEqual(
      rows.map((row) => row.split(' ')[1]),
      Array.from({ length: 30 }, (_, index) => `T${index + 1}`),
    ));

  for (const row of rows)
    it(`${row.split(' ')[1]} is shown by tests that exist, or said not to be yet`, () => {
      const shown = row.split(' | ').at(-1) ?? '';
      const files = filesIn(shown);
      assert.ok(files.length > 0 || shown.includes('*not yet*'));
      for (const file of files)
        assert.ok(file.endsWith('.test.ts') && existsSync(join(ROOT, file)), file);
    });
});
