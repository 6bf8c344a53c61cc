import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultAuthSpec } from '../../api/vault-auth.ts';
import type { VaultAuthGlobalSpec } from '../../api/vault-auth-global.ts';
import { faultBy } from '../testing.ts';
import { type Method, planLogin } from './auth-login.ts';
import { authOf, globalOf } from './testing-auth.ts';

const S = { tokenExpirationSeconds: 600 };

function plan(method: Method, own: VaultAuthSpec, shared?: VaultAuthGlobalSpec) {
  return planLogin(method, authOf(own), shared && globalOf(shared))('shop');
}

const secret = (name: string, key: string) => ({ kind: 'secret', namespace: 'shop', name, key });
const account = (name: string, more: object = {}) => ({
  serviceAccount: { namespace: 'shop', name },
  audiences: [],
  expirationSeconds: 600,
  ...more,
});

describe('a login is planned', () => {
  const rows: readonly [string, object, object][] = [
    [
      'by jwt with a service account, which outweighs a Secret',
      plan('jwt', { jwt: { role: 'r', serviceAccount: 'web', secretRef: 's', ...S } }),
      { method: 'jwt', role: 'r', token: { kind: 'serviceAccount', ...account('web') } },
    ],
    [
      'by jwt with a Secret of the consumer',
      plan('jwt', { jwt: { role: 'r', secretRef: 's', ...S } }),
      { method: 'jwt', role: 'r', token: secret('s', 'jwt') },
    ],
    [
      'by jwt with what the global says',
      plan('jwt', {}, { jwt: { role: 'g', secretRef: 's', ...S } }),
      { method: 'jwt', role: 'g', token: secret('s', 'jwt') },
    ],
    [
      'by appRole with a Secret',
      plan('appRole', { appRole: { roleId: 'r', secretRef: 's' } }),
      { method: 'appRole', roleId: 'r', secretId: secret('s', 'id') },
    ],
    [
      'by appRole with a file, though the global has a Secret',
      plan(
        'appRole',
        { appRole: { secretIDPath: '/etc/id' } },
        { appRole: { roleId: 'g', secretRef: 's' } },
      ),
      { method: 'appRole', roleId: 'g', secretId: { kind: 'file', path: '/etc/id' } },
    ],
    [
      'by appRole with a Secret, though the global has a file',
      plan(
        'appRole',
        { appRole: { secretRef: 's' } },
        { appRole: { roleId: 'g', secretIDPath: '/etc/id' } },
      ),
      { method: 'appRole', roleId: 'g', secretId: secret('s', 'id') },
    ],
    ['by cert with a role', plan('cert', { cert: { role: 'r' } }), { method: 'cert', role: 'r' }],
    ['by cert with whatever role fits', plan('cert', {}), { method: 'cert', role: '' }],
    [
      'by kubernetes for as long as the global says, where the schema filled 600 in',
      plan(
        'kubernetes',
        { kubernetes: { role: 'r', serviceAccount: 'web', ...S } },
        { kubernetes: { tokenExpirationSeconds: 900 } },
      ),
      { method: 'kubernetes', role: 'r', ...account('web', { expirationSeconds: 900 }) },
    ],
    [
      'by kubernetes for as long as it says itself',
      plan(
        'kubernetes',
        { kubernetes: { role: 'r', serviceAccount: 'web', tokenExpirationSeconds: 700 } },
        { kubernetes: { tokenExpirationSeconds: 900 } },
      ),
      { method: 'kubernetes', role: 'r', ...account('web', { expirationSeconds: 700 }) },
    ],
  ];
  for (const [name, got, want] of rows) it(name, () => assert.deepEqual(got, want));
});

describe('a login is refused', () => {
  const path = (secretIDPath: string): [Method, VaultAuthSpec] => [
    'appRole',
    { appRole: { roleId: 'r', secretIDPath } },
  ];
  const rows: readonly [string, [Method, VaultAuthSpec], RegExp][] = [
    [
      'jwt without a role',
      ['jwt', { jwt: { secretRef: 's', ...S } }],
      /spec\.jwt\.role is missing/,
    ],
    [
      'jwt without a token',
      ['jwt', { jwt: { role: 'r', ...S } }],
      /spec\.jwt\.secretRef is missing, and so is spec\.jwt\.serviceAccount/,
    ],
    [
      'jwt with a Secret that is no name',
      ['jwt', { jwt: { role: 'r', secretRef: 'a/b', ...S } }],
      /spec\.jwt\.secretRef is no name of a Secret/,
    ],
    [
      'jwt with a service account that is no name',
      ['jwt', { jwt: { role: 'r', serviceAccount: 'a/b', ...S } }],
      /spec\.jwt\.serviceAccount is no name/,
    ],
    [
      'appRole without a role id',
      ['appRole', { appRole: { secretRef: 's' } }],
      /spec\.appRole\.roleId is missing/,
    ],
    [
      'appRole without a secret id',
      ['appRole', { appRole: { roleId: 'r' } }],
      /secretRef is missing, and so is spec\.appRole\.secretIDPath/,
    ],
    [
      'appRole with two places',
      ['appRole', { appRole: { roleId: 'r', secretRef: 's', secretIDPath: '/f' } }],
      /are both set; keep one/,
    ],
    ['a relative path', path('id'), /secretIDPath is no absolute path/],
    ['a path that climbs', path('/etc/../var/run/secrets/kubernetes.io/x'), /no absolute path/],
    ["the operator's token", path('/var/run/secrets/kubernetes.io/serviceaccount/token'), /itself/],
    ["the operator's token, spelt otherwise", path('//run///secrets/kubernetes.io/x'), /itself/],
    ["the operator's token, with dots", path('/run/./secrets/kubernetes.io/x'), /itself/],
    ['its environment', path('/proc/self/environ'), /itself/],
  ];
  for (const [name, [method, spec], message] of rows)
    it(`for ${name}, naming the field`, () => {
      const fault = faultBy(() => plan(method, spec));
      assert.deepEqual([fault.kind, fault.reason], ['refused', 'InvalidSpec']);
      assert.match(fault.message, message);
    });
});
