import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../test/fakes/clock.ts';
import { seal } from '../runtime/sealed.ts';
import type { RequestNote } from './call.ts';
import { callTo, door, faultFrom, NEVER, ok } from './testing/door.ts';
import { ENDPOINT, scriptedVault, secretOf, sendErrors } from './testing/scripted-vault.ts';

describe('a call to Vault', () => {
  it('sends token, namespace, marks and the headers of the connection, and nothing it was not told', async () => {
    await using vault = await scriptedVault(ok);
    const endpoint = { ...vault.endpoint, headers: { 'X-Team': 'a' } };
    await door().call(
      callTo(endpoint, {
        method: 'PUT',
        namespace: 'team-a/',
        body: seal({ b: 'é' }),
        query: { version: '3' },
        headers: { 'X-Login': '1' },
      }),
      NEVER,
    );
    const [seen] = vault.seen;
    assert.equal(seen?.method, 'PUT');
    assert.equal(seen.url, '/v1/secret/data/app?version=3');
    assert.equal(seen.body, '{"b":"é"}');
    assert.deepEqual(seen.headers, {
      host: `127.0.0.1:${vault.port}`,
      connection: 'keep-alive',
      accept: 'application/json, text/plain, */*',
      'accept-encoding': 'identity',
      'content-length': '10',
      'content-type': 'application/json',
      'user-agent': 'test/1',
      'x-team': 'a',
      'x-login': '1',
      'x-vault-namespace': 'team-a',
      'x-vault-request': 'true',
      'x-vault-token': 'hvs.canary',
    });
  });

  it('keeps the prefix of the address and the encoding of the path, byte by byte', async () => {
    await using vault = await scriptedVault(ok);
    const endpoint = { ...vault.endpoint, address: `${vault.endpoint.address}/proxy/` };
    await door().call(callTo(endpoint, { path: "kv/a%20b/%25/'c" }), NEVER);
    assert.equal(vault.seen[0]?.url, "/proxy/v1/kv/a%20b/%25/'c");
  });

  it('uses one connection for calls one after the other, and at most 32 for many at once', async () => {
    await using vault = await scriptedVault(ok);
    const http = door();
    for (let n = 0; n < 5; n += 1) await http.call(callTo(vault.endpoint), NEVER);
    assert.equal(vault.connections(), 1);
    await Promise.all(Array.from({ length: 200 }, () => http.call(callTo(vault.endpoint), NEVER)));
    assert.ok(vault.connections() <= 32, `${vault.connections()} connections`);
  });

  it('opens no connection for a burst that is no larger than one before', async () => {
    await using vault = await scriptedVault(ok);
    const http = door();
    const burst = () =>
      Promise.all(Array.from({ length: 28 }, () => http.call(callTo(vault.endpoint), NEVER)));
    await burst();
    const opened = vault.connections();

    await burst();

    assert.equal(vault.connections(), opened);
  });

  it('leaves four places to urgent calls when others are stuck', async () => {
    const stuck: (() => void)[] = [];
    await using vault = await scriptedVault(async (seen) => {
      if (!seen.url.includes('renew')) await new Promise<void>((free) => stuck.push(free));
      return secretOf({});
    });
    const http = door();
    const slow = Array.from({ length: 40 }, () => http.call(callTo(vault.endpoint), NEVER));
    await http.call(callTo(vault.endpoint, { path: 'sys/leases/renew', urgent: true }), NEVER);
    assert.ok(stuck.length <= 28);
    const freeing = setInterval(() => stuck.splice(0).forEach((free) => free()), 1);
    await Promise.all(slow);
    clearInterval(freeing);
  });

  it('keeps numbers exact and keys harmless', async () => {
    const body =
      '{"data":{"n":9007199254740993,"f":1.0,"__proto__":{"x":1}},"lease_duration":1e400}';
    await using vault = await scriptedVault((_, response) => void response.end(body));
    const reply = await door().call(callTo(vault.endpoint), NEVER);
    assert.equal(JSON.stringify(reply.json?.open()), body);
    assert.equal('x' in {}, false);
  });

  it('tells what each request came to', async () => {
    const notes: RequestNote[] = [];
    await using vault = await scriptedVault((_, response) => sendErrors(response, 403, 'x'));
    const http = door(new VirtualClock(), notes);
    await http.call(callTo({ ...vault.endpoint, connection: 'ns/conn' }), NEVER);
    await faultFrom(http.call(callTo(ENDPOINT), NEVER));
    assert.deepEqual(
      notes.map(({ seconds, ...rest }) => ({ ...rest, timed: seconds >= 0 })),
      [
        { operation: 'read', route: ':secret', connection: 'ns/conn', code: '403', timed: true },
        {
          operation: 'read',
          route: ':secret',
          connection: '127.0.0.1:1',
          code: 'VaultUnreachable',
          timed: true,
        },
      ],
    );
  });
});
