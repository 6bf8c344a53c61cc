/**
 * The protocol keeps its promises in every state that the model can reach, and the real code goes the model's ways.
 * PROTOCOL=1,2,1 chooses a larger size (custom resources, faults, edits) and replays more of its ways.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Explored, explore, wayTo } from './model/explore.ts';
import { RULES } from './model/rules.ts';
import { stability } from './model/stability.ts';
import type { Size } from './model/state.ts';
import { tell } from './model/tell.ts';
import { coveringWays } from './model/ways.ts';
import { play } from './replay/play.ts';

const [crs = 1, faults = 1, edits = 1] = process.env['PROTOCOL']?.split(',').map(Number) ?? [];
const IS_CHOSEN = process.env['PROTOCOL'] !== undefined;

const SIZES: readonly Size[] = IS_CHOSEN
  ? [{ crs, faults, edits }]
  : [
      { crs: 1, faults: 1, edits: 1 },
      { crs: 1, faults: 0, edits: 2 },
      { crs: 2, faults: 0, edits: 1 },
    ];

for (const size of SIZES)
  describe(`with ${size.crs} objects, 2 replicas, ${size.faults} faults and ${size.edits} edits`, () => {
    let known: Explored | undefined;
    const explored = (): Explored => (known ??= explore(size, RULES));
    const told = (id: number | undefined): string =>
      id === undefined ? '' : `\n${tell(size, RULES, wayTo(explored(), id))}\n`;

    it('the protocol keeps every promise', (context) => {
      const { keys, transitions, depth, broken } = explored();
      assert.equal(told(broken), '');

      const { stable, astray } = stability(explored());

      assert.equal(
        told(astray),
        '',
        'from here there is no way to a state that is as promised and stays so',
      );
      assert.ok(stable > 0);
      context.diagnostic(
        `${keys.length} states, ${transitions} transitions, depth ${depth}, ${stable} stable`,
      );
    });

    it('the real code goes the ways of the model', async (context) => {
      const ways = coveringWays(explored(), IS_CHOSEN);
      for (const way of ways) {
        const difference = await play(size, way).catch((error: Error) => {
          throw new Error(`${error.message}\n${tell(size, RULES, way)}`, { cause: error });
        });
        const where = difference && `\n${tell(size, RULES, way.slice(0, difference.step))}`;
        assert.equal(difference?.real, difference?.model, where);
      }

      assert.ok(ways.length >= 50);
      const steps = ways.reduce((sum, way) => sum + way.length, 0);
      context.diagnostic(`${ways.length} traces, ${steps} steps`);
    });
  });
