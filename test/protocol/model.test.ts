/** The protocol keeps its promises in every state that the model can reach; a larger size is chosen by PROTOCOL. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explore, wayTo } from './model/explore.ts';
import { RULES } from './model/rules.ts';
import { stability } from './model/stability.ts';
import type { Size } from './model/state.ts';
import { tell } from './model/tell.ts';

/** PROTOCOL=1,2,1: custom resources, faults, edits. */
const CHOSEN = process.env['PROTOCOL']?.split(',').map(Number);

const SIZES: readonly Size[] = CHOSEN
  ? [{ crs: CHOSEN[0] ?? 1, faults: CHOSEN[1] ?? 1, edits: CHOSEN[2] ?? 1 }]
  : [
      { crs: 1, faults: 1, edits: 1 },
      { crs: 1, faults: 0, edits: 2 },
      { crs: 2, faults: 0, edits: 1 },
    ];

describe('the protocol of the ledger', () => {
  for (const size of SIZES)
    it(`keeps every promise with ${size.crs} objects, ${size.faults} faults, ${size.edits} edits, 2 replicas`, (context) => {
      const explored = explore(size, RULES);
      const { keys, transitions, depth, broken } = explored;
      const why = (id: number | undefined): string =>
        id === undefined ? '' : `\n${tell(size, RULES, wayTo(explored, id))}\n`;
      assert.equal(why(broken), '');

      const { stable, astray } = stability(explored);

      assert.equal(why(astray), '', 'from here there is no way to rest');
      assert.ok(stable > 0);
      context.diagnostic(
        `${keys.length} states, ${transitions} transitions, depth ${depth}, ${stable} stable`,
      );
    });
});
