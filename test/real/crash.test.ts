/**
 * The operator is killed at every call that changes something, in the life of one leased credential, and started again.
 * CRASH_SWEEP=n plays only every nth kill.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildRig, type Rig } from '../crash/rig.ts';
import { type Kill, play, sayPlayed } from '../crash/run.ts';
import { EDIT, STORIES } from '../crash/stories.ts';
import { prepared, sayReport, sweep } from '../crash/sweep.ts';

const FLAGS = ['--lease-overlap=1s', '--lease-owner-grace=1s'];
/** A successor need not wait until the lead of the killed one has run out. */
const ALONE = [...FLAGS, '--leader-elect=false'];

describe('an operator killed at any call', () => {
  const every = Number(process.env['CRASH_SWEEP'] ?? 1);
  let rig: Rig;

  before(async () => {
    rig = await buildRig();
    await rig.operator.start({ args: ALONE });
  });
  after(() => rig.close());

  for (const story of STORIES) {
    it(`keeps every promise: ${story.name}`, async (test) => {
      const report = await sweep({ rig, args: ALONE }, story, every);
      test.diagnostic(sayReport(report));
      for (const kill of report.fullLengthTokens)
        test.diagnostic(`the token lives as long as its role says after a kill ${kill}`);
      assert.ok(report.violations.length === 0, `\n${report.violations.join('\n\n')}`);
      assert.equal(report.leaks, 0);
    });
  }

  it('keeps every promise when its successor must first be elected', async () => {
    await rig.operator.stop();
    await rig.operator.start({ args: FLAGS });
    const shape = 'kubernetes PUT /api/v1/namespaces/{tenant}/secrets/app';
    const kill: Kill = { point: { shape, nth: 1 }, phase: 'committed' };
    const scene = await prepared(rig, EDIT);
    const played = await play({ rig, args: FLAGS }, EDIT, scene, kill, async () => {});
    assert.ok(
      played.violations.length === 0,
      `\n${played.violations.join('\n')}\n${sayPlayed(played)}`,
    );
    assert.equal(played.changes, 1);
  });
});
