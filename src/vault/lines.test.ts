import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import { SystemClock } from '../runtime/clock.ts';
import { Lines } from './lines.ts';
import { callTo, door, faultFrom, NEVER, ok } from './testing/door.ts';
import { ENDPOINT, pem, scriptedVault } from './testing/scripted-vault.ts';

const at = (port: number) => ({ ...ENDPOINT, address: `http://127.0.0.1:${port}` });

describe('connection material', () => {
  const refused: Record<string, [Partial<VaultEndpoint>, RegExp, string]> = {
    'an address that is no URL': [{ address: 'vault:8200' }, /spec\.address/, 'InvalidSpec'],
    'an address with a password': [
      { address: 'https://u:canary@vault' },
      /spec\.address/,
      'InvalidSpec',
    ],
    'an address with a query': [
      { address: 'https://vault?x=canary' },
      /spec\.address/,
      'InvalidSpec',
    ],
    'an address with a fragment': [{ address: 'https://vault#x' }, /spec\.address/, 'InvalidSpec'],
    'a CA that is none': [{ caPem: 'garbage' }, /spec\.caCertSecretRef/, 'CASecretInvalid'],
    'an empty CA': [{ caPem: '' }, /spec\.caCertSecretRef/, 'CASecretInvalid'],
    'a CA with a broken certificate': [
      { caPem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      /spec\.caCertSecretRef/,
      'CASecretInvalid',
    ],
  };
  for (const [what, [change, field, reason]] of Object.entries(refused)) {
    it(`${what} is refused, naming the field and repeating nothing`, async () => {
      const fault = await faultFrom(door().call(callTo({ ...ENDPOINT, ...change }), NEVER));
      assert.deepEqual([fault.kind, fault.reason], ['refused', reason]);
      assert.match(fault.message, field);
      assert.doesNotMatch(fault.message, /canary/);
    });
  }

  it('that changes is used at once, without sharing sockets with the old', async () => {
    await using vault = await scriptedVault(ok);
    const http = door(new SystemClock());
    await http.call(callTo(vault.endpoint), NEVER);
    const wrong = { ...vault.endpoint, caPem: pem('other-ca.pem') };
    assert.equal((await faultFrom(http.call(callTo(wrong), NEVER))).reason, 'VaultTLSFailed');
    const both = { ...vault.endpoint, caPem: `${pem('other-ca.pem')}\n${pem('ca.pem')}` };
    assert.equal((await http.call(callTo(both), NEVER)).status, 200);
    assert.equal(vault.connections(), 3);
  });

  it('that is used least is dropped, but only after the calls under way', async () => {
    const lines = new Lines({ clock: new VirtualClock() }, 2);
    const first = lines.to(at(1));
    assert.equal(lines.to({ ...at(1), headers: { 'X-A': 'b' }, timeoutMs: 1 }), first);
    let closed = false;
    first.agent.destroy = () => {
      closed = true;
    };
    const call = first.use();
    lines.to(at(2));
    lines.to(at(3));
    assert.notEqual(lines.to(at(1)), first);
    assert.equal(closed, false);
    call[Symbol.dispose]();
    assert.equal(closed, true);
  });
});
