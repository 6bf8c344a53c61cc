import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { callTo, door, faultFrom, NEVER } from './testing/door.ts';
import { scriptedVault } from './testing/scripted-vault.ts';

describe('what a hostile server cannot do', () => {
  const noise = 'x'.repeat(64 * 1024);

  it('an endless body is cut at 4 MiB without filling the memory', async () => {
    let sent = 0;
    await using vault = await scriptedVault((_, response) => {
      const pour = (): void => {
        while (!response.destroyed && sent < 2 ** 30) {
          sent += noise.length;
          if (!response.write(noise)) break;
        }
      };
      response.on('drain', pour);
      response.write('{"data":"');
      pour();
    });
    const before = process.memoryUsage().rss;
    const fault = await faultFrom(door().call(callTo(vault.endpoint), NEVER));
    assert.equal(fault.reason, 'VaultAnswerTooLarge');
    assert.equal(fault.ambiguous, true);
    assert.ok(sent < 64 * 2 ** 20, `${sent} bytes were taken`);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 64 * 2 ** 20, `the process grew by ${grown} bytes`);
  });

  it('a gzip bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, ' '));
    await using vault = await scriptedVault(
      (_, response) => void response.setHeader('Content-Encoding', 'gzip').end(bomb),
    );
    const reply = await door().call(callTo(vault.endpoint), NEVER);
    assert.equal(reply.content, 'other');
  });

  const notJson: Record<string, string> = {
    HTML: '<html>login here</html>',
    'JSON of 100,000 levels': '[{"a":'.repeat(100_000),
    'a truncated object': '{"data":{"a":"b"',
  };
  for (const [what, body] of Object.entries(notJson)) {
    it(`${what} is no answer`, async () => {
      await using vault = await scriptedVault((_, response) => void response.end(body));
      const reply = await door().call(callTo(vault.endpoint), NEVER);
      assert.deepEqual([reply.content, reply.json], ['other', undefined]);
    });
  }

  it('a body that drips ends with the deadline, and its socket with it', async () => {
    const clock = new VirtualClock();
    const dripped = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    await using vault = await scriptedVault((_, response) => {
      response.on('close', closed.resolve);
      const drip = (): void => {
        if (response.destroyed) return;
        response.write(' ');
        dripped.resolve();
        setImmediate(drip);
      };
      drip();
    });
    const fault = faultFrom(door(clock).call(callTo(vault.endpoint), NEVER));
    await dripped.promise;
    clock.advanceBy(60_000);
    assert.deepEqual(
      { ...(await fault), message: '' },
      { kind: 'transient', reason: 'VaultTimeout', message: '', ambiguous: true },
    );
    await closed.promise;
  });

  it('a server that never answers ends with the deadline', async () => {
    const clock = new VirtualClock();
    const asked = Promise.withResolvers<void>();
    await using vault = await scriptedVault(() => asked.resolve());
    const fault = faultFrom(door(clock).call(callTo(vault.endpoint), NEVER));
    await asked.promise;
    clock.advanceBy(59_999);
    clock.advanceBy(1);
    assert.equal((await fault).reason, 'VaultTimeout');
  });

  it('the caller can break off, before and while the call is under way', async () => {
    const asked = Promise.withResolvers<void>();
    await using vault = await scriptedVault(() => asked.resolve());
    const stop = new AbortController();
    const fault = faultFrom(door().call(callTo(vault.endpoint), stop.signal));
    await asked.promise;
    stop.abort();
    const { reason, ambiguous } = await fault;
    assert.deepEqual({ reason, ambiguous }, { reason: 'Interrupted', ambiguous: true });
    const late = await faultFrom(door().call(callTo(vault.endpoint), stop.signal));
    assert.deepEqual([late.reason, late.ambiguous], ['Interrupted', undefined]);
    assert.equal(vault.seen.length, 1);
  });
});
