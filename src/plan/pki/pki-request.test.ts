import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultPKISecretSpec } from '../../api/vault-pki-secret.ts';
import { resolveIdentity } from '../identity/auth.ts';
import { authOf, COMPLETE, worldOf } from '../identity/testing-auth.ts';
import { faultBy } from '../testing.ts';
import { certificateDigest, mountOf, pkiRequest } from './pki-request.ts';

const ME = resolveIdentity(
  { namespace: 'apps', vaultAuthRef: 'auth' },
  worldOf(authOf({ ...COMPLETE, namespace: 'root-team' })),
);

function spec(change: Partial<VaultPKISecretSpec> = {}): VaultPKISecretSpec {
  const destination = { name: 'web', create: true, overwrite: false };
  return { mount: 'pki', role: 'web', destination, ...change };
}

describe('the request for a certificate', () => {
  it('has every field that VSO sends, also the empty ones', () => {
    assert.deepEqual(pkiRequest(ME, spec()), {
      namespace: ME.namespace,
      method: 'PUT',
      path: 'pki/issue/web',
      namesBelow: 'pki',
      body: {
        common_name: '',
        alt_names: '',
        ip_sans: '',
        uri_sans: '',
        other_sans: '',
        user_ids: '',
        ttl: '',
        not_after: '',
        exclude_cn_from_sans: false,
        remove_roots_from_chain: true,
      },
    });
  });

  it('joins lists with commas, and has formats only where they are given', () => {
    const { body } = pkiRequest(
      ME,
      spec({
        commonName: 'web.example.com',
        altNames: ['a.example.com', 'b.example.com'],
        ipSans: ['10.0.0.1', '::1'],
        uriSans: ['spiffe://a', 'spiffe://b'],
        otherSans: ['1.2.3;utf8:x'],
        userIDs: ['u1', 'u2'],
        ttl: '1d',
        excludeCNFromSans: true,
        format: 'der',
        privateKeyFormat: 'pkcs8',
      }),
    );

    assert.deepEqual(body, {
      common_name: 'web.example.com',
      alt_names: 'a.example.com,b.example.com',
      ip_sans: '10.0.0.1,::1',
      uri_sans: 'spiffe://a,spiffe://b',
      other_sans: '1.2.3;utf8:x',
      user_ids: 'u1,u2',
      ttl: '1d',
      not_after: '',
      exclude_cn_from_sans: true,
      remove_roots_from_chain: true,
      format: 'der',
      private_key_format: 'pkcs8',
    });
  });

  const paths: readonly [sentence: string, change: Partial<VaultPKISecretSpec>, path: string][] = [
    ['asks the default issuer', {}, 'pki/issue/web'],
    ['asks the issuer that is named', { issuerRef: 'two' }, 'pki/issuer/two/issue/web'],
    ['takes a mount of several segments', { mount: '/a/pki/' }, 'a/pki/issue/web'],
    ['takes an empty issuer for none', { issuerRef: '' }, 'pki/issue/web'],
  ];
  for (const [sentence, change, path] of paths)
    it(sentence, () => assert.equal(pkiRequest(ME, spec(change)).path, path));

  it('goes to the Vault namespace of the object, or that of the login', () => {
    assert.equal(pkiRequest(ME, spec({ namespace: 'team' })).namespace, 'team');
    assert.equal(pkiRequest(ME, spec()).namespace, 'root-team');
    assert.equal(mountOf(spec({ mount: 'pki/' })), 'pki');
  });

  const refusals: readonly [field: string, change: Partial<VaultPKISecretSpec>][] = [
    ['spec.role', { role: 'a/b' }],
    ['spec.issuerRef', { issuerRef: 'a/b' }],
    ['spec.format', { format: 'p12' }],
    ['spec.privateKeyFormat', { privateKeyFormat: 'pem' }],
  ];
  for (const [field, change] of refusals)
    it(`refuses what ${field} cannot be`, () => {
      const fault = faultBy(() => pkiRequest(ME, spec(change)));

      assert.equal(fault.reason, 'InvalidSpec');
      assert.ok(fault.message.startsWith(field));
    });
});

describe('the digest of what a certificate depends on', () => {
  const digest = (change: Partial<VaultPKISecretSpec> = {}, who = ME): string =>
    certificateDigest(who, pkiRequest(who, spec(change)), spec(change));
  const destination = spec().destination;

  const same: readonly [what: string, change: Partial<VaultPKISecretSpec>][] = [
    ['expiryOffset', { expiryOffset: '1h' }],
    ['revoke and clear', { revoke: true, clear: true }],
    ['labels', { destination: { ...destination, labels: { a: 'b' } } }],
    ['restart targets', { rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] }],
    ['the VaultAuth', { vaultAuthRef: 'other' }],
    ['a field that is empty', { commonName: '', altNames: [] }],
  ];
  for (const [what, change] of same)
    it(`does not change with ${what}`, () => assert.equal(digest(change), digest()));

  it('does not change with the login', () => {
    assert.equal(digest({}, { ...ME, mount: 'elsewhere', key: 'other' }), digest());
  });

  const other: readonly Partial<VaultPKISecretSpec>[] = [
    { commonName: 'a' },
    { altNames: ['a'] },
    { ipSans: ['::1'] },
    { uriSans: ['a'] },
    { otherSans: ['a'] },
    { userIDs: ['a'] },
    { ttl: '1h' },
    { notAfter: 'a' },
    { excludeCNFromSans: true },
    { format: 'pem' },
    { privateKeyFormat: 'der' },
    { issuerRef: 'a' },
    { role: 'a' },
    { mount: 'a' },
    { namespace: 'a' },
    { destination: { ...destination, type: 'kubernetes.io/tls' } },
  ];
  for (const change of other)
    it(`changes with ${Object.keys(change).join()}`, () =>
      assert.notEqual(digest(change), digest()));

  it('changes with the address of Vault', () => {
    const endpoint = { ...ME.endpoint, address: 'https://elsewhere' };

    assert.notEqual(digest({}, { ...ME, endpoint }), digest());
  });
});
