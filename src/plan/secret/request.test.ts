import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Login, SecretRequest, VaultIdentity } from '../../api/vault-exchange.ts';
import { ENDPOINT } from '../identity/testing-auth.ts';
import { dynamicRequest, sourceDigest, staticRequest } from './request.ts';

const ACCOUNT = { namespace: 'apps', name: 'web' };
const BY_KUBERNETES = {
  method: 'kubernetes',
  role: 'app',
  serviceAccount: ACCOUNT,
  audiences: ['vault'],
  expirationSeconds: 600,
} as const;
const PLACE = { kind: 'secret', namespace: 'apps', name: 'proof', key: 'id' } as const;
const BY_APP_ROLE = { method: 'appRole', roleId: 'r', secretId: PLACE } as const;
const { method: _, role: __, ...TOKEN } = BY_KUBERNETES;
const BY_JWT = { method: 'jwt', role: 'app', token: { kind: 'serviceAccount', ...TOKEN } } as const;
const IDENTITY: VaultIdentity = {
  key: 'k',
  authName: 'apps/auth',
  connectionName: 'apps/vault',
  endpoint: ENDPOINT,
  mount: 'kubernetes',
  namespace: '',
  loginHeaders: {},
  login: BY_KUBERNETES,
};
describe('the names in the path of a request', () => {
  const source = { mount: '/team/kv/', path: '/sys/a/' };
  for (const [type, path, namesBelow] of [
    ['kv-v1', 'team/kv/sys/a', 'team/kv'],
    ['kv-v2', 'team/kv/data/sys/a', 'team/kv/data'],
  ] as const)
    it(`are free where ${type} keeps data`, () => {
      const request = staticRequest(IDENTITY, { ...source, type });
      assert.deepEqual([request.path, request.namesBelow], [path, namesBelow]);
    });

  it('are those of the engine when the request is dynamic', () =>
    assert.equal(dynamicRequest(IDENTITY, source).namesBelow, undefined));
});

const REQUEST: SecretRequest = { namespace: '', method: 'GET', path: 'database/creds/app' };

const digest = (identity: Partial<VaultIdentity> = {}, request: Partial<SecretRequest> = {}) =>
  sourceDigest({ ...IDENTITY, ...identity }, { ...REQUEST, ...request });
const by = (login: Login): string => digest({ login });

describe('what a credential was issued from', () => {
  for (const [sentence, one, other] of [
    ['an audience', by(BY_KUBERNETES), by({ ...BY_KUBERNETES, audiences: [] })],
    ['a lifetime', by(BY_KUBERNETES), by({ ...BY_KUBERNETES, expirationSeconds: 900 })],
    [
      'an audience of a jwt login',
      by(BY_JWT),
      by({ ...BY_JWT, token: { ...BY_JWT.token, audiences: ['other'] } }),
    ],
    [
      'the place of a secret id',
      by(BY_APP_ROLE),
      by({ ...BY_APP_ROLE, secretId: { kind: 'file', path: '/etc/id' } }),
    ],
    ['a CA, a header, a timeout', digest(), digest({ endpoint: { ...ENDPOINT, timeoutMs: 1 } })],
    ['a name of the VaultAuth', digest(), digest({ authName: 'apps/renamed', key: 'other' })],
  ] as const)
    it(`is not ${sentence}`, () => assert.equal(one, other));

  for (const [sentence, one, other] of [
    ['the role', by(BY_KUBERNETES), by({ ...BY_KUBERNETES, role: 'admin' })],
    [
      'the service account',
      by(BY_KUBERNETES),
      by({ ...BY_KUBERNETES, serviceAccount: { ...ACCOUNT, name: 'job' } }),
    ],
    ['the role id', by(BY_APP_ROLE), by({ ...BY_APP_ROLE, roleId: 's' })],
    ['the way to log in', by(BY_KUBERNETES), by({ method: 'cert', role: 'app' })],
    ['the auth mount', digest(), digest({ mount: 'other' })],
    ['the Vault namespace', digest(), digest({ namespace: 'team' })],
    ['the address', digest(), digest({ endpoint: { ...ENDPOINT, address: 'https://other' } })],
    ['the path', digest(), digest({}, { path: 'database/creds/other' })],
    ['a parameter', digest(), digest({}, { body: { ttl: '1h' } })],
  ] as const)
    it(`is ${sentence}`, () => assert.notEqual(one, other));
});
