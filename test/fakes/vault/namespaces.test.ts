// Vault namespaces, which only an Enterprise Vault has: so there is no real one here to compare with.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { VirtualClock } from '../clock.ts';
import { fieldsOf, textOf } from './json.ts';
import { type Tried, tryOut } from './trial.ts';

describe('Vault namespaces', () => {
  let tried: Tried;
  before(async () => {
    tried = await tryOut(new VirtualClock(), { namespaces: true });
    await tried.ask('POST sys/namespaces/team', {});
    await tried.ask('POST team/sys/namespaces/inner', {});
    await tried.ask('POST team/sys/mounts/kv', { type: 'kv', options: { version: '1' } });
    await tried.ask('POST team/kv/a', { a: 'of the team' });
    await tried.ask('POST kv1/a', { a: 'of the root' });
  });
  after(() => tried.vault.stop());

  const read = async (path: string, namespace: string, token = tried.vault.rootToken) => {
    const headers = { 'x-vault-token': token, 'x-vault-namespace': namespace };
    const { status, body } = await tried.send({
      method: 'GET',
      path: `/v1/${path}`,
      headers,
      body: undefined,
    });
    return status === 200 ? fieldsOf(JSON.parse(body).data)['a'] : status;
  };

  it('are meant by the header, by the path, and by both together', async () => {
    assert.equal(await read('kv/a', 'team'), 'of the team');
    assert.equal(await read('kv/a', '/team/'), 'of the team');
    assert.equal(await read('team/kv/a', ''), 'of the team');
    assert.equal(await read('kv1/a', ''), 'of the root');
    assert.equal(await read('inner/sys/mounts', 'team'), undefined);
  });

  it('have their own mounts, and do not exist unless created', async () => {
    assert.equal(await read('kv1/a', 'team'), 404);
    assert.equal(await read('kv1/a', 'nowhere'), 404);
  });

  it('keep their tokens and policies to themselves and to what lies below', async () => {
    const policy = 'path "kv/*" { capabilities = ["read"] }';
    await tried.ask('PUT team/sys/policies/acl/reader', { policy });
    const made = await tried.ask('POST team/auth/token/create', { policies: 'reader', ttl: '1h' });
    const token = textOf(fieldsOf(made.body['auth'])['client_token']);
    assert.equal(await read('kv/a', 'team', token), 'of the team');
    assert.equal(await read('kv1/a', '', token), 403);
    assert.equal(await read('sys/mounts', 'team/inner', token), 403);
  });
});
