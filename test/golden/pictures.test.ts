/** The pictures of the dashboard that the pages show: of the dashboard as it is now, small, and without anything private. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Board } from '../../hack/dashboard/board.ts';
import { innocent } from '../../hack/dashboard/innocent.ts';
import { PICTURES } from '../../hack/dashboard/pictures.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_BYTES = 150_000;
const REMEDY = 'draw it anew: npm run dashboard';

function missing({ panels }: Board, svg: string): readonly string[] {
  return panels.map(({ title }) => title).filter((title) => !svg.includes(`>${title}</text>`));
}

for (const [path, board] of Object.entries(PICTURES))
  describe(path, () => {
    const svg = readFileSync(join(ROOT, path), 'utf8');

    it('shows the panels that the dashboard has, each with figures', () => {
      assert.deepEqual(missing(board, svg), [], REMEDY);
      assert.doesNotMatch(svg, />No data</u, REMEDY);
    });

    it('can be published', () => {
      assert.equal(innocent(svg, []), svg);
      assert.ok(Buffer.byteLength(svg) <= MOST_BYTES);
    });
  });
