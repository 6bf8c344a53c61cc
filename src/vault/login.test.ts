import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Login } from '../api/vault-exchange.ts';
import { faultFrom, NEVER } from './testing/door.ts';
import { authOf, scriptedVault, secretOf, sendErrors, sendJson } from './testing/scripted-vault.ts';
import { identityAt, rooms } from './testing/vault-rooms.ts';

describe('a login', () => {
  it('proves the service account at its mount, in its namespace, with its headers and without a token', async () => {
    await using vault = await scriptedVault(() => authOf('hvs.t', { num_uses: 3 }));
    const identity = identityAt(vault.endpoint, {
      mount: 'kubernetes/eu',
      namespace: 'team-a',
      loginHeaders: { 'X-Login': '1' },
    });
    const { tokens, clock, book } = rooms();
    const login = await tokens.login(identity, NEVER);
    const [seen] = vault.seen;
    assert.deepEqual([seen?.method, seen?.url], ['POST', '/v1/auth/kubernetes/eu/login']);
    assert.deepEqual(JSON.parse(seen?.body ?? ''), { role: 'app', jwt: 'jwt-canary' });
    assert.equal(seen?.headers['x-vault-namespace'], 'team-a');
    assert.equal(seen.headers['x-login'], '1');
    assert.equal(seen.headers['x-vault-token'], undefined);
    assert.equal(login.token.open(), 'hvs.t');
    assert.deepEqual(
      { ...login, token: '' },
      {
        askedAt: clock.now(),
        ttlMs: 3_600_000,
        renewable: true,
        token: '',
        accessor: 'accessor-of-hvs.t',
        type: 'service',
        policies: ['default', 'app'],
        numUses: 3,
      },
    );
    assert.deepEqual(book.lastLogin('ns/auth'), { at: clock.now() });
  });

  const SECRET = { kind: 'secret', namespace: 'ns', name: 's', key: 'k' } as const;
  const ACCOUNT = {
    kind: 'serviceAccount',
    serviceAccount: { namespace: 'ns', name: 'app' },
    audiences: ['vault'],
    expirationSeconds: 600,
  } as const;
  const proofs: readonly [string, Login, object, boolean][] = [
    [
      'jwt with a service account',
      { method: 'jwt', role: 'r', token: ACCOUNT },
      { role: 'r', jwt: 'jwt-canary' },
      false,
    ],
    [
      'jwt with a Secret',
      { method: 'jwt', role: 'r', token: SECRET },
      { role: 'r', jwt: 'source-canary' },
      true,
    ],
    [
      'appRole',
      { method: 'appRole', roleId: 'id', secretId: SECRET },
      { role_id: 'id', secret_id: 'source-canary' },
      true,
    ],
    ['cert', { method: 'cert', role: 'r' }, { name: 'r' }, false],
    ['cert without a role', { method: 'cert', role: '' }, {}, false],
  ];
  for (const [name, login, body, hasSource] of proofs)
    it(`by ${name} sends what the method asks for, and keeps at most a digest of it`, async () => {
      await using vault = await scriptedVault(() => authOf('hvs.t'));
      const granted = await rooms().tokens.login(identityAt(vault.endpoint, { login }), NEVER);
      assert.deepEqual(JSON.parse(vault.seen[0]?.body ?? ''), body);
      assert.equal(granted.sourceDigest !== undefined, hasSource);
      assert.doesNotMatch(granted.sourceDigest ?? '', /canary/);
    });

  it('by a secret id that Vault refuses says so, as Vault does not say why', async () => {
    await using vault = await scriptedVault((_, response) =>
      sendErrors(response, 400, 'invalid role or secret ID'),
    );
    const login = { method: 'appRole', roleId: 'id', secretId: SECRET } as const;
    const fault = await faultFrom(
      rooms().tokens.login(identityAt(vault.endpoint, { login }), NEVER),
    );
    assert.deepEqual([fault.kind, fault.reason], ['denied', 'SecretIdRefused']);
    assert.match(fault.message, /secret_id_num_uses/);
  });

  const denied: readonly [number, string, RegExp][] = [
    [403, 'permission denied', /answered 403\. Check role/],
    [400, 'invalid role name "canary"', /answered 400: there is no such role/],
    [403, 'service account name not authorized', /does not allow the service account/],
    [403, 'namespace not authorized', /service account's namespace/],
    [400, 'invalid audience (aud) claim: canary', /audience is not the role's/],
    [404, 'no handler for route "auth/x/login". route entry not found.', /nothing is mounted/],
    [403, 'canary canary', /answered 403\. Check role/],
  ];
  for (const [status, error, says] of denied) {
    it(`answered with ${status} ${error} is denied, with what to check`, async () => {
      await using vault = await scriptedVault((_, response) => sendErrors(response, status, error));
      const { tokens, book } = rooms();
      const fault = await faultFrom(tokens.login(identityAt(vault.endpoint), NEVER));
      assert.deepEqual([fault.kind, fault.reason], ['denied', 'LoginDenied']);
      assert.match(fault.message, says);
      assert.match(fault.message, /bound service account, audience and mount/);
      assert.doesNotMatch(fault.message, /canary/);
      assert.deepEqual(book.lastLogin('ns/auth')?.fault, fault);
      assert.equal(vault.seen.length, 1);
    });
  }

  const unusable: Record<string, object> = {
    'without auth': secretOf({}),
    'that wants a second factor': authOf(''),
    'with a token that no header can carry': authOf('a\r\nX: y'),
    'with a negative duration': authOf('hvs.t', { lease_duration: -1 }),
    'with a duration as text': authOf('hvs.t', { lease_duration: '3600' }),
  };
  for (const [what, body] of Object.entries(unusable)) {
    it(`${what} is no login`, async () => {
      await using vault = await scriptedVault(() => body);
      const fault = await faultFrom(rooms().tokens.login(identityAt(vault.endpoint), NEVER));
      assert.equal(fault.reason, 'VaultAnswerInvalid');
    });
  }

  it('is not tried again when its reply was lost, because it may have made a token', async () => {
    await using vault = await scriptedVault((_, response) => void response.socket?.destroy());
    const fault = await faultFrom(rooms().tokens.login(identityAt(vault.endpoint), NEVER));
    assert.deepEqual([fault.ambiguous, vault.seen.length], [true, 1]);
  });

  it('that failed in Vault is no denial', async () => {
    await using vault = await scriptedVault((_, response) =>
      sendJson(response, 500, { errors: ['could not load backend configuration'] }),
    );
    const fault = await faultFrom(rooms().tokens.login(identityAt(vault.endpoint), NEVER));
    assert.deepEqual([fault.reason, vault.seen.length], ['VaultServerError', 1]);
  });

  it('to a malformed mount is refused before anything is sent', async () => {
    await using vault = await scriptedVault(() => authOf('hvs.t'));
    const identity = identityAt(vault.endpoint, { mount: '../sys' });
    const fault = await faultFrom(rooms().tokens.login(identity, NEVER));
    assert.deepEqual([fault.kind, vault.seen.length], ['refused', 0]);
    assert.match(fault.message, /spec\.mount/);
  });

  it('that we break off says nothing about the VaultAuth', async () => {
    await using vault = await scriptedVault(() => authOf('hvs.t'));
    const { tokens, book } = rooms();
    const fault = await faultFrom(tokens.login(identityAt(vault.endpoint), AbortSignal.abort()));
    assert.equal(fault.reason, 'Interrupted');
    assert.equal(book.lastLogin('ns/auth'), undefined);
  });
});
