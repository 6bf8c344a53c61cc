import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownCapabilities } from './capabilities.ts';
import { door, faultFrom, NEVER } from './testing/door.ts';
import { scriptedVault, sendJson } from './testing/scripted-vault.ts';
import { accessAt } from './testing/vault-rooms.ts';

const REQUEST = { namespace: 'team', method: 'GET', path: 'kv/data/app' } as const;

describe('what a token may do', () => {
  it('is asked of the token itself, at the path as a policy names it, in the namespace of the request', async () => {
    const data = { 'kv/data/app': ['list', 'read'], capabilities: ['list', 'read'] };
    await using vault = await scriptedVault(() => ({ ...data, data }));

    const words = await ownCapabilities(door(), accessAt(vault.endpoint), REQUEST, NEVER);

    assert.deepEqual(words, ['list', 'read']);
    const [seen] = vault.seen;
    assert.equal(`${seen?.method} ${seen?.url}`, 'POST /v1/sys/capabilities-self');
    assert.equal(seen?.headers['x-vault-namespace'], 'team');
    assert.deepEqual(JSON.parse(seen?.body ?? ''), { paths: ['kv/data/app'] });
  });

  for (const [what, status, body, reason] of [
    ['a refusal', 403, { errors: ['permission denied'] }, 'PermissionDenied'],
    ['an answer about another path', 200, { data: { other: ['read'] } }, 'VaultAnswerInvalid'],
    ['an answer without words', 200, { data: { 'kv/data/app': 'read' } }, 'VaultAnswerInvalid'],
  ] as const)
    it(`is not known after ${what}`, async () => {
      await using vault = await scriptedVault((_, response) => sendJson(response, status, body));
      const asked = ownCapabilities(door(), accessAt(vault.endpoint), REQUEST, NEVER);
      assert.equal((await faultFrom(asked)).reason, reason);
    });
});
