import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';

import { endAll, identify, isAlive } from './processes.ts';

describe('ending processes', () => {
  it('spares a process that has the number of another', async () => {
    const stranger = spawn('sleep', ['60'], { detached: true });
    const id = identify(stranger.pid!);
    assert.ok(id);
    await endAll([{ process: { ...id, startedAt: 'earlier' }, signal: 'SIGKILL' }], 100);
    assert.ok(isAlive(id));
    await endAll([{ process: id, signal: 'SIGTERM' }], 5_000);
    assert.ok(!isAlive(id));
  });
});
