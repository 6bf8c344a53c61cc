import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { faultOf } from '../runtime/fault.ts';
import { mountPath, namespaceHeader, sourcePath } from './paths.ts';

function faultFrom(act: () => unknown) {
  try {
    act();
  } catch (thrown) {
    return faultOf(thrown);
  }
  return assert.fail('nothing was thrown');
}

describe('the path of a secret', () => {
  const encodedAs: Record<string, string> = {
    'secret/data/app/config': 'secret/data/app/config',
    'kv/with space/ü': 'kv/with%20space/%C3%BC',
    'kv/100%/a+b&c=d;e:f@g,h': 'kv/100%25/a%2Bb%26c%3Dd%3Be%3Af%40g%2Ch',
    'kv/...': 'kv/...',
    'kv/.hidden': 'kv/.hidden',
    'system/creds': 'system/creds',
    'database/creds/identity': 'database/creds/identity',
  };
  for (const [path, expected] of Object.entries(encodedAs)) {
    it(`${path} is sent as ${expected}`, () => assert.equal(sourcePath(path), expected));
  }

  for (const path of [
    'secret/data/apps/auth/token',
    'secret/data/platform/sys/storage',
    'secret/data/system/identity/oidc',
    'secret/data/sys/a',
  ])
    it(`${path} is data of its engine, whatever its name`, () =>
      assert.equal(sourcePath(path, 'secret/data'), path));

  for (const [path, namesBelow] of [
    ['ns1/sys/data/a', 'ns1/sys/data'],
    ['ns1/cubbyhole/a', 'ns1/cubbyhole'],
    ['ns1/ns2/identity/entity/id/x', 'ns1/ns2/identity'],
    ['identity/x', 'identity'],
  ] as const)
    it(`${path} is refused, for its mount is Vault's own`, () =>
      assert.equal(faultFrom(() => sourcePath(path, namesBelow)).reason, 'SourcePathRefused'));

  const refusedPaths = [
    '',
    '/',
    '/secret/a',
    'secret/a/',
    'secret//a',
    'secret/../sys/leases',
    'secret/./a',
    'secret/%2e%2e/%2E%2e/sys/leases',
    'secret/%252e%252e/a',
    'secret/.%2e/a',
    'secret/a%2fb',
    'secret/a%5Cb',
    'secret/a\\b',
    'secret/a?list=true',
    'secret/a#b',
    'secret/a%3flist=true',
    'secret/a\tb',
    'secret/a\u0000b',
    'secret/a%00b',
    'secret/a%0d%0ab',
    'secret/a\u0085b',
    'secret/\ud800',
    'sys/leases/lookup',
    'sys/mounts',
    'sys',
    'auth/token/lookup-self',
    'auth/kubernetes/login',
    'cubbyhole/response',
    'identity/entity/id/x',
    'ns1/sys/policies/acl/admin',
    'ns1/cubbyhole/x',
    'ns1/identity/entity/id/x',
    'ns1/ns2/auth/approle/role/x',
    'team-a/auth/token/lookup-self',
    'team-a/b/auth/token/revoke-self',
    'team-a/auth/token/create/role',
    'team-a/sys/wrapping/unwrap',
    'team-a/sys/leases/revoke',
    'team-a/sys/revoke/database/creds/a',
    'team-a/identity/oidc/token/role',
  ];
  for (const path of refusedPaths) {
    it(`${JSON.stringify(path)} is refused, naming the fields`, () => {
      const fault = faultFrom(() => sourcePath(path));
      assert.equal(fault.kind, 'refused');
      assert.equal(fault.reason, 'SourcePathRefused');
      assert.match(fault.message, /spec\.mount and spec\.path/);
      assert.match(fault.message, /^[\x20-\x7e]+$/);
    });
  }

  const piece = fc.oneof(
    fc.constantFrom('.', '..', '/', '//', '%2e', '%2E%2e', '%252e', '%2f', '\\', '%5c', '?', '#'),
    fc.constantFrom('sys', 'auth', 'token', 'lookup-self', 'cubbyhole', 'identity', 'secret', 'a'),
    fc.constantFrom(
      'é',
      '💥',
      '&',
      '=',
      ';',
      "'",
      '(',
      '*',
      '~',
      '|',
      '"',
      '<',
      '`',
      '{',
      '[',
      '^',
    ),
    fc.constantFrom('%', ' ', '\t', '\u0000', 'data'),
  );
  const anyPath = fc.oneof(
    fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('/')),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );

  it('arrives in the URL byte by byte as written, whatever the path', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyPath, (path) => {
        let sent: string;
        try {
          sent = sourcePath(path);
        } catch (thrown) {
          assert.equal(faultOf(thrown).reason, 'SourcePathRefused');
          return;
        }
        accepted += 1;
        const url = new URL(`https://vault:8200/v1/${sent}`);
        assert.equal(url.pathname, `/v1/${sent}`);
        assert.equal(url.search + url.hash, '');
        assert.equal(decodeURIComponent(url.pathname), `/v1/${path}`);
        assert.doesNotMatch(
          path,
          /^(sys|auth|cubbyhole|identity)$|(^|\/)(sys|auth|cubbyhole|identity)\//,
        );
      }),
      { numRuns: 5_000 },
    );
    assert.ok(accepted > 200, `only ${accepted} paths were accepted`);
  });
});

describe('the mount of a login', () => {
  it('may have several segments', () =>
    assert.equal(mountPath('kubernetes/eu 1'), 'kubernetes/eu%201'));
  for (const mount of ['', '../sys', 'kubernetes/', 'a?b']) {
    it(`${JSON.stringify(mount)} is refused`, () =>
      assert.match(faultFrom(() => mountPath(mount)).message, /spec\.mount/));
  }
});

describe('a Vault namespace', () => {
  for (const [namespace, sent] of [
    ['', ''],
    ['root/', 'root'],
    ['/admin/team-a/', 'admin/team-a'],
  ] as const) {
    it(`${JSON.stringify(namespace)} is sent as ${JSON.stringify(sent)}`, () =>
      assert.equal(namespaceHeader(namespace), sent));
  }
  for (const namespace of ['a/../b', 'a\r\nX-Vault-Token: x', 'a b', 'é', 'a//b']) {
    it(`${JSON.stringify(namespace)} is refused`, () =>
      assert.match(faultFrom(() => namespaceHeader(namespace)).message, /spec\.namespace/));
  }
});
