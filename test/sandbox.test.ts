/** The README's first command, and what it does when a step does not happen. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { tell } from '../hack/sandbox/story.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '..', 'hack', 'sandbox', 'main.ts');

describe('the sandbox', () => {
  it('shows the main job from the first sync to the last lease given back', async () => {
    const { stdout } = await run(process.execPath, [MAIN, '--once'], { timeout: 100_000 });

    assert.match(stdout, /Secret app-config has the keys/);
    assert.match(stdout, /renewed \d+ s after it was issued/);
    assert.match(stdout, /Deployment web is restarted once more/);
    assert.match(stdout, /no lease is left/);
    assert.match(stdout, /\nDone\.\n$/);
  });
});

describe('a story', () => {
  const narrator = { begin: () => undefined, done: () => undefined };

  it('ends with the step that does not happen', async () => {
    const steps = [
      { title: 'one', seen: async () => 'seen' },
      { title: 'two', seen: async () => undefined, withinMs: 1 },
    ];
    await assert.rejects(tell(steps, narrator), /did not happen within 0.001 s: two/);
  });

  it('ends with what a step throws', async () => {
    const act = async (): Promise<void> => {
      throw new Error('no server');
    };
    await assert.rejects(
      tell([{ title: 'one', act, seen: async () => 'seen' }], narrator),
      /no server/,
    );
  });
});
