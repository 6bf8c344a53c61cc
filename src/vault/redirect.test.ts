import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seal } from '../runtime/sealed.ts';
import { callTo, door, faultFrom, NEVER, ok } from './testing/door.ts';
import { scriptedVault } from './testing/scripted-vault.ts';

describe('a redirect', () => {
  it('of a standby to the same host is followed once, with method, body and token', async () => {
    await using active = await scriptedVault(ok);
    await using standby = await scriptedVault(
      (seen, response) =>
        void response
          .writeHead(307, { Location: `https://127.0.0.1:${active.port}${seen.url}` })
          .end(),
    );
    const call = callTo(standby.endpoint, { method: 'PUT', body: seal({ a: 'b' }) });
    const reply = await door().call({ ...call, query: { v: '1' } }, NEVER);
    assert.equal(reply.status, 200);
    const [seen] = active.seen;
    assert.deepEqual(
      [seen?.method, seen?.url, seen?.body, seen?.headers['x-vault-token']],
      ['PUT', '/v1/secret/data/app?v=1', '{"a":"b"}', 'hvs.canary'],
    );
  });

  it('is followed to the name in tlsServerName, and without the prefix that only a proxy knows', async () => {
    await using active = await scriptedVault(ok, { certificate: 'server.pem' });
    await using standby = await scriptedVault(
      (_, response) =>
        void response
          .writeHead(307, { Location: `https://localhost:${active.port}/v1/secret/data/app` })
          .end(),
    );
    const endpoint = {
      ...standby.endpoint,
      address: `${standby.endpoint.address}/prefix`,
      serverName: 'localhost',
    };
    await door().call(callTo(endpoint), NEVER);
    assert.equal(active.seen[0]?.url, '/v1/secret/data/app');
  });

  const foreign: Record<string, (ownPort: number, theirPort: number) => string> = {
    'to another host': (_, port) => `https://localhost:${port}/v1/secret/data/app`,
    'to another scheme': (_, port) => `http://127.0.0.1:${port}/v1/secret/data/app`,
    'to another path': (_, port) => `https://127.0.0.1:${port}/v1/sys/raw`,
    'to a login page': (_, port) => `https://127.0.0.1:${port}/ui/`,
    'with a user name': (_, port) => `https://user@127.0.0.1:${port}/v1/secret/data/app`,
    'to itself, for ever': (port) => `https://127.0.0.1:${port}/v1/secret/data/app`,
    'that is no URL': () => 'https://[',
    'to another encoding of another path': (_, port) => `https://127.0.0.1:${port}/v1/secret%2fx`,
  };
  for (const [what, location] of Object.entries(foreign)) {
    it(`${what} is refused, and the token goes nowhere`, async () => {
      await using other = await scriptedVault(ok);
      await using vault = await scriptedVault(
        (_, response) =>
          void response.writeHead(307, { Location: location(vault.port, other.port) }).end(),
      );
      const fault = await faultFrom(door().call(callTo(vault.endpoint), NEVER));
      assert.equal(fault.reason, 'VaultRedirectRefused');
      assert.equal(other.seen.length, 0);
      assert.ok(vault.seen.length <= 2);
    });
  }

  for (const status of [301, 302, 303, 308]) {
    it(`with status ${status} is refused`, async () => {
      await using vault = await scriptedVault(
        (seen, response) => void response.writeHead(status, { Location: seen.url }).end(),
      );
      const fault = await faultFrom(door().call(callTo(vault.endpoint), NEVER));
      assert.equal(fault.reason, 'VaultRedirectRefused');
      assert.equal(vault.seen.length, 1);
    });
  }
});
