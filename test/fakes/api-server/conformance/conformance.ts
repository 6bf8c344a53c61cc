/**
 * One suite for every API server: the answers to all stories equal those that a real kube-apiserver gave, which
 * stand in stories.recorded. Where a fake differs, the fake is wrong. To record anew, run the test on the real
 * stack with --test-update-snapshots, and read the difference.
 */
import { after, before, describe, it, snapshot } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { STORIES } from './stories.ts';
import { type Target, Teller, type Told } from './teller.ts';

const RECORDED = fileURLToPath(new URL('stories.recorded', import.meta.url));

/** The kind that the stories use; applied before they are told. */
export const WIDGETS_YAML = fileURLToPath(new URL('widgets.yaml', import.meta.url));

export function conformance(start: () => Promise<Target>): void {
  snapshot.setResolveSnapshotPath(() => RECORDED);
  describe('answers as kube-apiserver does', () => {
    let target: Target;
    before(async () => {
      target = await start();
    });
    after(() => target.stop());

    for (const [index, story] of STORIES.entries()) {
      it(story.title, async (test) => {
        const told = await new Teller(target, `story-${process.pid}-${index}`).tell(story);
        for (const each of told) test.assert.snapshot(each, { serializers: [asText] });
      });
    }
  });
}

function asText(told: Told): string {
  return stringify(told, { lineWidth: 0 });
}
