import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSteps, type Step } from './run.ts';
import { command } from './steps.ts';

async function outcomeOf(...steps: Step[]) {
  let printed = '';
  const passed = await runSteps(steps, (text) => {
    printed += text;
  });
  return { passed, printed: printed.replaceAll(/\d+\.\d s/g, 'SECONDS') };
}

describe('the steps of a verification', () => {
  it('pass when every command ends with 0, and what they print is not shown', async () => {
    assert.deepEqual(await outcomeOf(command('one', 'echo', 'words'), command('two', 'true')), {
      passed: true,
      printed: [
        'one             ok      SECONDS\n',
        'two             ok      SECONDS\n',
        '\nall passed\n',
      ].join(''),
    });
  });

  it('stop at the first that fails, with all that it printed', async () => {
    const failing = command('two', 'sh', '-c', 'echo out; echo err >&2; exit 3');
    const { passed, printed } = await outcomeOf(
      command('one', 'true'),
      failing,
      command('three', 'true'),
    );
    assert.equal(passed, false);
    assert.match(printed, /^two +FAILED {2}SECONDS\n\n(out\nerr|err\nout)\n\(sh ended with 3\)$/m);
    assert.match(printed, /\ntwo failed\n$/);
    assert.doesNotMatch(printed, /three/);
  });

  it('fail when a command is killed', async () => {
    const { passed, printed } = await outcomeOf(command('one', 'sh', '-c', 'kill -9 $$'));
    assert.equal(passed, false);
    assert.match(printed, /\(sh ended with SIGKILL\)/);
  });
});
