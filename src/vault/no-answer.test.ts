import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { callTo, door, faultFrom, NEVER, ok } from './testing/door.ts';
import { addressOf, ENDPOINT, pem, type Script, scriptedVault } from './testing/scripted-vault.ts';

describe('no answer', () => {
  const secure: Record<string, Parameters<typeof scriptedVault>[1]> = {
    'a certificate of another CA': {},
    'an expired certificate': { certificate: 'expired.pem' },
    'a certificate for another name': { certificate: 'elsewhere.pem' },
    'a server of TLS 1.1': {
      tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' },
    },
    'a server without TLS': { plain: true },
  };
  for (const [what, options] of Object.entries(secure)) {
    it(`because of ${what}: the request is not sent`, async () => {
      await using vault = await scriptedVault(ok, options);
      const caPem = pem(what.includes('another CA') ? 'other-ca.pem' : 'ca.pem');
      const endpoint = { ...vault.endpoint, address: `https://127.0.0.1:${vault.port}`, caPem };
      const fault = await faultFrom(door().call(callTo(endpoint), NEVER));
      assert.equal(fault.reason, 'VaultTLSFailed');
      assert.equal(fault.ambiguous, undefined);
      assert.equal(vault.seen.length, 0);
    });
  }

  it('is no matter when verification is switched off', async () => {
    await using vault = await scriptedVault(ok, { certificate: 'elsewhere.pem' });
    const { caPem: _, ...endpoint } = { ...vault.endpoint, skipVerify: true };
    assert.equal((await door().call(callTo(endpoint), NEVER)).status, 200);
  });

  it('is no matter when the certificate is for tlsServerName', async () => {
    await using vault = await scriptedVault(ok, { certificate: 'elsewhere.pem' });
    const endpoint = { ...vault.endpoint, serverName: 'elsewhere.test' };
    assert.equal((await door().call(callTo(endpoint), NEVER)).status, 200);
  });

  it('is no matter without TLS when the address says http', async () => {
    await using vault = await scriptedVault(ok, { plain: true });
    assert.equal((await door().call(callTo(vault.endpoint), NEVER)).status, 200);
  });

  it('because the name does not resolve', async () => {
    const endpoint = { ...ENDPOINT, address: 'https://nowhere.invalid:8200' };
    const fault = await faultFrom(door().call(callTo(endpoint), NEVER));
    assert.deepEqual([fault.reason, fault.ambiguous], ['VaultNameNotResolved', undefined]);
  });

  it('because nobody listens', async () => {
    const fault = await faultFrom(door().call(callTo(ENDPOINT), NEVER));
    assert.deepEqual([fault.reason, fault.ambiguous], ['VaultUnreachable', undefined]);
    assert.match(fault.message, /refused \(ECONNREFUSED\)/);
  });

  it('because the connection was cut before TLS stood', async () => {
    const server = createServer((socket) => socket.resetAndDestroy());
    await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
    const { port } = addressOf(server);
    const endpoint = { ...ENDPOINT, address: `https://127.0.0.1:${port}` };
    const fault = await faultFrom(door().call(callTo(endpoint), NEVER));
    server.close();
    assert.deepEqual([fault.reason, fault.ambiguous], ['VaultUnreachable', undefined]);
  });

  const cuts: Record<string, Script> = {
    'before the answer': (_, response) => void response.socket?.destroy(),
    'in the middle of the answer': (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"data":');
      setImmediate(() => response.socket?.destroy());
    },
    'by a clean end in the middle of the answer': (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"data":');
      setImmediate(() => response.socket?.end());
    },
  };
  for (const [when, script] of Object.entries(cuts)) {
    it(`because the connection was cut ${when}: it may have been done`, async () => {
      await using vault = await scriptedVault(script);
      const fault = await faultFrom(door().call(callTo(vault.endpoint), NEVER));
      assert.deepEqual([fault.reason, fault.ambiguous], ['VaultUnreachable', true]);
    });
  }
});
