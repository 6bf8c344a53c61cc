import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Probes } from './probe.ts';
import { door, faultFrom, NEVER } from './testing/door.ts';
import { ENDPOINT, scriptedVault, sendJson } from './testing/scripted-vault.ts';

const health = { initialized: true, sealed: false, standby: false };

describe('the health of a Vault', () => {
  for (const [status, says] of [
    [200, 'active'],
    [429, 'standby'],
    [472, 'standby'],
    [473, 'standby'],
    [501, 'uninitialized'],
    [503, 'sealed'],
  ] as const) {
    it(`${status} is ${says}, asked without a token and without patience afterwards`, async () => {
      await using vault = await scriptedVault((_, response) => sendJson(response, status, health));
      const probes = new Probes(door());
      assert.equal(await probes.health(vault.endpoint, NEVER), says);
      assert.equal(await probes.health(vault.endpoint, NEVER), says);
      assert.equal(vault.seen[0]?.url, '/v1/sys/health');
      assert.equal(vault.seen[0].headers['x-vault-token'], undefined);
    });
  }

  for (const [what, status, body, reason] of [
    ['a web page', 200, '<html>', 'VaultAnswerInvalid'],
    ['some other JSON', 200, '{"ok":true}', 'VaultAnswerInvalid'],
    ["a load balancer's 503", 503, 'no backend', 'VaultAnswerInvalid'],
    ['a 404', 404, '{"errors":[]}', 'VaultRequestRefused'],
    ['a 502', 502, 'bad gateway', 'VaultServerError'],
  ] as const) {
    it(`${what} is no Vault`, async () => {
      await using vault = await scriptedVault(
        (_, response) => void response.writeHead(status).end(body),
      );
      const fault = await faultFrom(new Probes(door()).health(vault.endpoint, NEVER));
      assert.equal(fault.reason, reason);
    });
  }

  it('of one that is not there is a fault', async () => {
    const fault = await faultFrom(new Probes(door()).health(ENDPOINT, NEVER));
    assert.equal(fault.reason, 'VaultUnreachable');
  });
});
