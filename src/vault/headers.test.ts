import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultOf } from '../runtime/fault.ts';
import { headersOf } from './headers.ts';
import { callTo } from './testing/door.ts';
import { ENDPOINT } from './testing/scripted-vault.ts';

const withHeader = (name: string, value: string) =>
  callTo({ ...ENDPOINT, headers: { [name]: value } });

describe('a header of a VaultConnection', () => {
  for (const name of ['X-Team', 'Authorization', 'Cookie', 'CF-Access-Client-Id', 'User-Agent']) {
    it(`${name} is sent`, () => assert.equal(headersOf(withHeader(name, 'v'), 'test')[name], 'v'));
  }

  const refused: readonly [string, string][] = [
    ['X-Vault-Token', 'v'],
    ['x-vault-token', 'v'],
    ['X-Vault-Namespace', 'v'],
    ['X-VAULT-WRAP-TTL', '60s'],
    ['X-Vault-Forward', 'active-node'],
    ['X-Vault-Inconsistent', 'forward-active-node'],
    ['X-Vault-Inline-Auth-Path', 'v'],
    ['Host', 'v'],
    ['Connection', 'close'],
    ['Transfer-Encoding', 'chunked'],
    ['Content-Length', '0'],
    ['Content-Type', 'v'],
    ['Accept-Encoding', 'gzip'],
    ['Proxy-Authorization', 'v'],
    ['Upgrade', 'h2c'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['Forwarded', 'for=127.0.0.1'],
    ['', 'v'],
    ['X Team', 'v'],
    ['X-Team:', 'v'],
    ['X-Team\r\nX-Vault-Token', 'v'],
    ['__proto__x', 'v'],
    ['X-Team', 'canary\r\nX-Vault-Token: v'],
    ['X-Team', 'canary\nv'],
    ['X-Team', 'canary\u0000'],
    ['X-Team', 'canary→'],
  ];
  for (const [name, value] of refused) {
    it(`${JSON.stringify(name)}: ${JSON.stringify(value)} is refused, and its value not repeated`, () => {
      try {
        headersOf(withHeader(name, value), 'test');
      } catch (thrown) {
        const { kind, reason, message } = faultOf(thrown);
        assert.deepEqual([kind, reason], ['refused', 'InvalidSpec']);
        assert.match(message, /^spec\.headers of the VaultConnection: "/);
        assert.doesNotMatch(message, /canary|\n/);
        return;
      }
      assert.fail('nothing was thrown');
    });
  }

  it('of a login is refused in the name of the VaultAuth', () => {
    const call = callTo(ENDPOINT, { headers: { Host: 'v' } });
    assert.throws(() => headersOf(call, 'test'), /spec\.headers of the VaultAuth: "Host"/);
  });
});
