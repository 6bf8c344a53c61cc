/**
 * The commands of a page as a person would type them, one after another: what stands in its ```sh blocks. Whatever is
 * shown but not typed (manifests, output) stands in blocks of another kind.
 */

import { globSync } from 'node:fs';

/** What other tests run: each block, whole, and the file that does. */
export const TRIED_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['npm ci && npm run sandbox\n', 'test/sandbox.test.ts'],
  ['npm ci && npm test\n', '.ci/run'],
]);

/** It ends with taking everything away, so it comes last. */
export const LAST_PAGE = 'docs/guides/kustomize.md';

/** The pages whose commands are typed where the operator is installed, in that order. */
export function triedPages(root: string): readonly string[] {
  const guides = globSync('docs/guides/*.md', { cwd: root }).toSorted();
  const others = guides.filter((page) => page !== LAST_PAGE);
  return [...others, 'docs/runbooks.md', 'README.md', LAST_PAGE];
}

export interface Commands {
  /** Line of the page on which the block begins. */
  readonly line: number;
  readonly text: string;
}

const FENCE = /^\s*```(\S*)\s*$/u;

export function commandsOf(page: string): readonly Commands[] {
  return blocksOf(page, 'sh');
}

/** The one block of a page that is written in this language and holds this text. */
export function blockWith(page: string, language: string, text: string): string {
  const [found, ...others] = blocksOf(page, language).filter((block) => block.text.includes(text));
  if (found && others.length === 0) return found.text;
  throw new Error(`${others.length + (found ? 1 : 0)} ${language} blocks hold ${text}`);
}

function blocksOf(page: string, wanted: string): readonly Commands[] {
  const found: Commands[] = [];
  let open:
    | { readonly language: string; readonly line: number; readonly text: string[] }
    | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    const fence = FENCE.exec(line);
    if (!fence) open?.text.push(line);
    else if (!open) open = { language: fence[1] ?? '', line: index + 1, text: [] };
    else {
      if (open.language === wanted)
        found.push({ line: open.line, text: `${open.text.join('\n')}\n` });
      open = undefined;
    }
  }
  if (open) throw new Error(`the block that begins on line ${open.line} does not end`);
  return found;
}

/** What an image needs to be made; test/real/image.test.ts does without, from the same Dockerfile. */
export function needsContainerEngine({ text }: Commands): boolean {
  return text.startsWith('docker ');
}

/** One script of all that can be tried here; it ends at the first failure and says where it is. */
export function scriptOf(page: string): string {
  const tried = commandsOf(page).filter(
    (each) => !needsContainerEngine(each) && !TRIED_ELSEWHERE.has(each.text),
  );
  const blocks = tried.map(({ line, text }) => `echo "line ${line}:" >&2\n${text}`);
  return ['set -euo pipefail\n', ...blocks].join('');
}
