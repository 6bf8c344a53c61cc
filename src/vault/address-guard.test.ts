import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import type { AddressRule, Resolve } from './address-guard.ts';
import { callTo, door, faultFrom, NEVER, ok } from './testing/door.ts';
import { ENDPOINT, type ScriptedVault, scriptedVault } from './testing/scripted-vault.ts';

const INNER = '127.0.0.1';

/** Everything but what leads to this address. */
function allBut(...forbidden: readonly string[]): AddressRule {
  return {
    flawOf: ({ hostname }, resolved = [hostname]) =>
      resolved.some((address) => forbidden.includes(address)) ? 'leads astray' : undefined,
  };
}

/** A name server that says something else each time. */
function answering(...answers: readonly (readonly string[])[]): Resolve & { asked: number } {
  const resolve = (...[, , found]: Parameters<Resolve>): void => {
    const addresses = answers[resolve.asked] ?? assert.fail('asked more often than it may be');
    resolve.asked += 1;
    found(
      null,
      addresses.map((address): LookupAddress => ({ address, family: 4 })),
    );
  };
  resolve.asked = 0;
  return resolve;
}

function guarded(addresses: AddressRule | undefined, resolve?: Resolve) {
  return door(new VirtualClock(), [], { addresses, ...(resolve && { resolve }) });
}

function named(vault: ScriptedVault): ReturnType<typeof callTo> {
  return callTo({ ...vault.endpoint, address: `http://vault.test:${vault.port}` });
}

describe('the rule on addresses', () => {
  it('refuses a literal address before anything is sent', async () => {
    await using vault = await scriptedVault(ok);
    const call = callTo(vault.endpoint);
    const fault = await faultFrom(guarded(allBut(INNER)).call(call, NEVER));
    assert.deepEqual([fault.kind, fault.reason], ['refused', 'VaultAddressRefused']);
    assert.match(fault.message, /spec\.address .* leads astray.*--allowed-vault-addresses/);
    assert.equal(vault.connections(), 0);
    assert.equal((await guarded(undefined).call(call, NEVER)).status, 200);
  });

  it('connects to the address that was judged, with one look-up', async () => {
    await using vault = await scriptedVault(ok, { plain: true });
    const resolve = answering([INNER]);
    const http = guarded(allBut('10.0.0.1'), resolve);
    for (const _ of [1, 2]) assert.equal((await http.call(named(vault), NEVER)).status, 200);
    assert.equal(resolve.asked, 1);
  });

  it('judges a name anew at its next connection', async () => {
    await using vault = await scriptedVault(
      (_, response) => void response.setHeader('Connection', 'close').end('{}'),
      { plain: true },
    );
    const http = guarded(allBut('10.0.0.1'), answering([INNER], ['10.0.0.1']));
    await http.call(named(vault), NEVER);
    const fault = await faultFrom(http.call(named(vault), NEVER));
    assert.deepEqual(
      [fault.kind, fault.reason, fault.ambiguous],
      ['denied', 'VaultAddressRefused', undefined],
    );
    assert.equal(vault.seen.length, 1);
  });

  it('refuses a name of which one address is good and one is not', async () => {
    await using vault = await scriptedVault(ok, { plain: true });
    const http = guarded(allBut('10.0.0.1'), answering([INNER, '10.0.0.1']));
    const fault = await faultFrom(http.call(named(vault), NEVER));
    assert.equal(fault.reason, 'VaultAddressRefused');
    assert.equal(vault.connections(), 0);
  });

  it('tells a name that does not resolve as what it is', async () => {
    const call = callTo({ ...ENDPOINT, address: 'http://vault.invalid' });
    const fault = await faultFrom(guarded(allBut()).call(call, NEVER));
    assert.equal(fault.reason, 'VaultNameNotResolved');
  });

  it('holds for where a redirect leads', async () => {
    await using active = await scriptedVault(ok);
    await using standby = await scriptedVault(
      (seen, response) =>
        void response
          .writeHead(307, { Location: `https://127.0.0.1:${active.port}${seen.url}` })
          .end(),
    );
    const rule: AddressRule = {
      flawOf: ({ port }) => (port === String(active.port) ? 'is not listed' : undefined),
    };
    const call = callTo(standby.endpoint);
    const fault = await faultFrom(guarded(rule).call(call, NEVER));
    assert.equal(fault.reason, 'VaultAddressRefused');
    assert.equal(active.connections(), 0);
    assert.equal((await guarded(undefined).call(call, NEVER)).status, 200);
  });
});
