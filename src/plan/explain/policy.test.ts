import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SecretRequest } from '../../api/vault-exchange.ts';
import { isGranted, needOf, revocationNeed, stanzaOf } from './policy.ts';

const READ: SecretRequest = { namespace: 'team', method: 'GET', path: 'kv/data/app' };
const WRITE: SecretRequest = { namespace: '', method: 'PUT', path: 'pki/issue/"odd"', body: {} };

describe('the policy that a request needs', () => {
  it('is read for a GET and update for what has a body, below the Vault namespace', () => {
    const read = { path: 'kv/data/app', capability: 'read', vaultNamespace: 'team' };
    assert.deepEqual(needOf(READ), read);
    assert.equal(needOf(WRITE).capability, 'update');
  });

  it('is written as Vault reads it', () => {
    assert.equal(stanzaOf(needOf(READ)), 'path "kv/data/app" {\n  capabilities = ["read"]\n}');
    assert.match(stanzaOf(needOf(WRITE)), /^path "pki\/issue\/\\"odd\\"" \{/);
  });

  it('is another one for a certificate that shall be revoked', () => {
    const wished = revocationNeed('VaultPKISecret', { mount: '/pki/', revoke: true });
    assert.deepEqual(wished, { path: 'pki/revoke', capability: 'update', vaultNamespace: '' });
    assert.equal(revocationNeed('VaultPKISecret', { mount: 'pki' }), undefined);
    assert.equal(revocationNeed('VaultDynamicSecret', { mount: 'db', revoke: true }), undefined);
  });

  const rows: readonly [string, readonly string[], boolean][] = [
    ['is granted by its word among others', ['list', 'read'], true],
    ['is granted to root', ['root'], true],
    ['is not granted by another word', ['update'], false],
    ['is not granted where something denies', ['deny', 'read'], false],
    ['is not granted by nothing', [], false],
  ];
  for (const [sentence, capabilities, expected] of rows)
    it(sentence, () => assert.equal(isGranted(needOf(READ), capabilities), expected));
});
