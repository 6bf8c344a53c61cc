import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultEndpoint } from '../api/vault-exchange.ts';
import { SystemClock } from '../runtime/clock.ts';
import { callTo, door, faultFrom, NEVER, ok } from './testdata/door.ts';
import { ENDPOINT, pem, scriptedVault } from './testdata/scripted-vault.ts';

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
});
