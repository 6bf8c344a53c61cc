import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { callTo, door, faultFrom, NEVER } from './testing/door.ts';
import { scriptedVault, secretOf, sendErrors } from './testing/scripted-vault.ts';

describe('patience', () => {
  it('that one call was asked for holds back all others to the endpoint, until it is over', async () => {
    const clock = new VirtualClock();
    await using vault = await scriptedVault((_, response) => {
      if (vault.seen.length > 1) return secretOf({});
      response.setHeader('Retry-After', '7');
      return sendErrors(response, 429, 'request path "x": rate limit quota exceeded');
    });
    const http = door(clock);
    assert.equal((await http.call(callTo(vault.endpoint), NEVER)).retryAfterMs, 7_000);
    clock.advanceBy(2_000);
    const fault = await faultFrom(http.call(callTo(vault.endpoint), NEVER));
    assert.deepEqual(
      [fault.kind, fault.reason, fault.retryAfterMs, fault.ambiguous],
      ['throttled', 'VaultThrottled', 5_000, undefined],
    );
    assert.equal(vault.seen.length, 1);
    clock.advanceBy(5_000);
    assert.equal((await http.call(callTo(vault.endpoint), NEVER)).status, 200);
  });

  it('is tested by a renewal, whose success ends it', async () => {
    await using vault = await scriptedVault((_, response) => {
      if (vault.seen.length > 1) return secretOf({});
      response.setHeader('Retry-After', '60');
      return sendErrors(response, 503, 'Vault is sealed');
    });
    const http = door();
    await http.call(callTo(vault.endpoint), NEVER);
    assert.equal((await faultFrom(http.call(callTo(vault.endpoint), NEVER))).reason, 'VaultSealed');
    const renewal = callTo(vault.endpoint, { urgent: true });
    assert.equal((await http.call(renewal, NEVER)).status, 200);
    assert.equal((await http.call(callTo(vault.endpoint), NEVER)).status, 200);
  });

  it('of one mount holds others back no longer than until the next probe', async () => {
    const clock = new VirtualClock();
    await using vault = await scriptedVault((_, response) => {
      if (vault.seen.length > 2) return secretOf({});
      response.setHeader('Retry-After', '99999999');
      return sendErrors(response, 429, 'request path "x": rate limit quota exceeded');
    });
    const http = door(clock);
    await http.call(callTo(vault.endpoint), NEVER);
    clock.advanceBy(4_999);
    await faultFrom(http.call(callTo(vault.endpoint), NEVER));
    clock.advanceBy(1);
    assert.equal((await http.call(callTo(vault.endpoint), NEVER)).status, 429);
    await faultFrom(http.call(callTo(vault.endpoint), NEVER));
    assert.equal(vault.seen.length, 2);
    clock.advanceBy(5_000);
    assert.equal((await http.call(callTo(vault.endpoint), NEVER)).status, 200);
    assert.equal((await http.call(callTo(vault.endpoint), NEVER)).status, 200);
  });

  for (const [what, header, error, pausedMs] of [
    ['a second when a rate limit names no time', undefined, 'rate limit quota exceeded', 1_000],
    ['a minute at most', '99999999', 'rate limit quota exceeded', 60_000],
    ['as long as a date says', 'Thu, 01 Jan 2026 00:00:30 GMT', '', 30_000],
    ['no time when only leases are counted', undefined, 'lease count quota exceeded', 0],
    ['no time for a text that is neither', 'soon', '', 0],
  ] as const) {
    it(`lasts ${what}`, async () => {
      const clock = new VirtualClock();
      await using vault = await scriptedVault((_, response) => {
        if (header !== undefined) response.setHeader('Retry-After', header);
        sendErrors(response, 429, error);
      });
      const http = door(clock);
      await http.call(callTo(vault.endpoint), NEVER);
      if (pausedMs > 0) {
        const fault = await faultFrom(http.call(callTo(vault.endpoint), NEVER));
        assert.equal(fault.retryAfterMs, pausedMs);
        clock.advanceBy(pausedMs);
      }
      await http.call(callTo(vault.endpoint), NEVER);
      assert.equal(vault.seen.length, 2);
    });
  }

  it('is told to each in terms of its own call', async () => {
    await using vault = await scriptedVault((_, response) => {
      response.setHeader('Retry-After', '7');
      sendErrors(response, 429);
    });
    const http = door();
    await http.call(callTo(vault.endpoint, { path: 'kv/of-another-tenant' }), NEVER);
    const fault = await faultFrom(http.call(callTo(vault.endpoint, { path: 'kv/mine' }), NEVER));
    assert.match(fault.message, /^GET kv\/mine at .*: held back for 7 s/);
  });
});
