// `npm run real`: that up, status and down find each other and leave nothing behind.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { BUILT_SERVERS } from '../../hack/real/folders.ts';
import { run } from '../../hack/real/run.ts';

const MAIN = fileURLToPath(new URL('../../hack/real/main.ts', import.meta.url));
const SERVERS_WATCHDOG_AND_SUPERVISOR = 7;

describe('the command', () => {
  const cache = mkdtempSync(join(tmpdir(), 'real-stack-command-'));
  const real = (...args: string[]) =>
    run({
      command: process.execPath,
      args: [MAIN, ...args],
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
  before(() => {
    // A record of its own beside the servers that are built already.
    mkdirSync(BUILT_SERVERS, { recursive: true });
    mkdirSync(join(cache, 'vault-lease-operator'));
    symlinkSync(BUILT_SERVERS, join(cache, 'vault-lease-operator/servers'));
  });
  after(async () => {
    await real('down');
    rmSync(cache, { recursive: true });
  });

  it('leaves a stack running that status describes and down ends', async () => {
    await assert.rejects(real('status'), /no stack is up/);
    await real('up', '--detach', '--operator', 'operator/operator');
    await assert.rejects(real('up'), /A stack is up already/);
    const status = await real('status');
    assert.equal(status.match(/ running /g)?.length, SERVERS_WATCHDOG_AND_SUPERVISOR);
    const kubeconfig = /^export OPERATOR_KUBECONFIG="(.*)"$/m.exec(status)?.[1] ?? '';
    assert.match(readFileSync(kubeconfig, 'utf8'), /"user": "operator"/);
    await real('down');
    await assert.rejects(real('status'), /no stack is up/);
    assert.ok(!existsSync(kubeconfig));
    assert.deepEqual(readdirSync(join(cache, 'vault-lease-operator')), ['servers']);
  });
});
