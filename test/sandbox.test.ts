/** The README's first command, and what it does when a step does not happen. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { tell } from '../hack/sandbox/story.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '..', 'hack', 'sandbox', 'main.ts');
/** It takes three quarters of a minute; a machine that runs all tests at once is given longer. */
const WITHIN_MS = 100_000;

describe('the sandbox', () => {
  it('shows the main job from the first sync to the last lease given back', async () => {
    const { stdout } = await run(process.execPath, [MAIN, '--once'], { timeout: WITHIN_MS });

    const seen = [
      /✓ Secret app-config holds .*greeting.* \(values are not shown\)/,
      /✓ Secret app-db holds user v-\S+ .* 1 record in the ledger; nothing was restarted/,
      /✓ Secret web-tls holds certificate \S+ for DNS:web\.demo\.svc/,
      /✓ it is ready again/,
      /✓ lease \S+ renewed at .* the operator issued, wrote and restarted nothing/,
      /✓ Secret app-config holds the new value; Deployment web restarted once/,
      /✓ Secret web-tls holds certificate \S+ valid until .* and is revoked/,
      /✓ Secret app-db holds user v-\S+ both users can log in; Deployment web restarted once/,
      /✓ lease \S+ is revoked, user v-\S+ is dropped/,
      /✓ Secret app-report holds the password of user report, who can log in with it; nothing was/,
      /✓ Secret app-report holds the password .* Deployment report restarted once/,
      /no lease, no database user, no ledger record is left/,
      /\nDone\.\n$/,
    ];
    for (const sentence of seen) assert.match(stdout, sentence);
    const steps = stdout.split('\n').filter((line) => line.startsWith('- '));
    assert.deepEqual(
      shownInReadme().filter((line) => !steps.includes(line)),
      [],
    );
  });

  it('says how it is used to whom asks for something else', async () => {
    await assert.rejects(
      run(process.execPath, [MAIN, '--twice']),
      (error: { code: number; stdout: string }) =>
        error.code === 2 && error.stdout.includes('usage: npm run sandbox'),
    );
  });
});

describe('a story', () => {
  const narrator = { begin: () => undefined, done: () => undefined };
  const never = new AbortController().signal;

  it('ends with the step that does not happen, and what was seen last', async () => {
    const looks = ['nothing', 'almost'];
    const look = async () => ({ yet: looks.shift() ?? 'almost' });
    const steps = [
      { title: 'one', look: done },
      { title: 'two', look, withinMs: 500 },
      { title: 'three', act: () => assert.fail('the story went on'), look: done },
    ];
    await assert.rejects(
      tell(steps, narrator, never),
      /did not happen within 0.5 s: two\n {2}seen last: almost/,
    );
  });

  it('ends with what a step throws', async () => {
    const steps = [{ title: 'one', act: throws, look: done }];
    await assert.rejects(tell(steps, narrator, never), /no server/);
  });

  it('ends a step that hangs', async () => {
    const steps = [{ title: 'one', act: hangs, look: done, withinMs: 1 }];
    await assert.rejects(tell(steps, narrator, never), /one\n {2}seen last: nothing yet/);
  });

  it('ends when it is told to', async () => {
    const stopping = new AbortController();
    const act = async (): Promise<void> => stopping.abort(new Error('stopped'));
    const steps = [{ title: 'one', act, look: notYet }];
    await assert.rejects(tell(steps, narrator, stopping.signal), /^Error: stopped$/);
  });
});

/** The steps of the run that the README shows. */
function shownInReadme(): readonly string[] {
  const page = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const [, run = ''] = /```text\n(.*?)```/su.exec(page) ?? [];
  const steps = run.split('\n').filter((line) => line.startsWith('- '));
  assert.ok(steps.length > 0, 'the README shows no run');
  return steps;
}

async function done() {
  return { done: 'seen' };
}

async function notYet() {
  return { yet: 'not yet' };
}

async function throws(): Promise<never> {
  throw new Error('no server');
}

function hangs(): Promise<never> {
  return new Promise(() => undefined);
}
