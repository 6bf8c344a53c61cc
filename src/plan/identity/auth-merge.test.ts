import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultAuthSpec } from '../../api/vault-auth.ts';
import type { VaultAuthGlobal, VaultAuthGlobalSpec } from '../../api/vault-auth-global.ts';
import { faultBy } from '../testing.ts';
import { mergeAuth } from './auth-merge.ts';
import { authOf, COMPLETE, globalOf, KUBERNETES } from './testing-auth.ts';

describe('mergeAuth takes', () => {
  const base = {
    defaultAuthMethod: 'kubernetes',
    defaultMount: 'all',
    defaultVaultNamespace: 'ns-all',
    headers: { all: '1', both: 'all' },
    kubernetes: {
      role: 'shared',
      serviceAccount: 'shared',
      audiences: ['vault'],
      tokenExpirationSeconds: 900,
      mount: 'method',
      namespace: 'ns-method',
      headers: { method: '1', both: 'method' },
    },
  } as const satisfies VaultAuthGlobalSpec;
  const merge = (spec: VaultAuthSpec, global: VaultAuthGlobalSpec = base) =>
    mergeAuth(authOf({ vaultAuthGlobalRef: { name: 'shared' }, ...spec }), globalOf(global));
  const headers = (strategy: 'union' | 'replace' | 'none', own?: Record<string, string>) =>
    merge({
      vaultAuthGlobalRef: { name: 'shared', mergeStrategy: { headers: strategy } },
      ...(own && { headers: own }),
    }).headers;

  it('nothing of its own: all from the global', () => {
    const { login, mount, namespace, headers: own } = merge({});
    assert.deepEqual(login('apps'), {
      method: 'kubernetes',
      role: 'shared',
      serviceAccount: { namespace: 'apps', name: 'shared' },
      audiences: ['vault'],
      expirationSeconds: 900,
    });
    assert.deepEqual([mount, namespace], ['method', 'ns-method']);
    assert.deepEqual(own, {});
  });

  it('everything of its own: nothing from the global but a lifetime that the schema filled in', () => {
    const spec: VaultAuthSpec = {
      method: 'kubernetes',
      mount: 'own',
      namespace: 'ns-own',
      kubernetes: { ...KUBERNETES, audiences: ['own'] },
    };
    const { login, mount, namespace } = merge(spec);
    assert.deepEqual(login('apps'), {
      method: 'kubernetes',
      role: 'app',
      serviceAccount: { namespace: 'apps', name: 'web' },
      audiences: ['own'],
      expirationSeconds: 900,
    });
    assert.deepEqual([mount, namespace], ['own', 'ns-own']);
  });

  it('defaults where the block of the method is silent', () => {
    const { defaultAuthMethod, defaultMount, defaultVaultNamespace } = base;
    const silent = { defaultAuthMethod, defaultMount, defaultVaultNamespace };
    const { mount, namespace } = merge({ kubernetes: KUBERNETES }, silent);
    assert.deepEqual([mount, namespace], ['all', 'ns-all']);
  });

  it('no namespace anywhere: the root', () =>
    assert.equal(
      merge({ kubernetes: KUBERNETES }, { defaultAuthMethod: 'kubernetes', defaultMount: 'm' })
        .namespace,
      '',
    ));

  const rows: readonly [string, object, object][] = [
    [
      'headers by union: this object wins, then the method',
      headers('union', { both: 'own' }),
      { all: '1', method: '1', both: 'own' },
    ],
    ['headers by replace: its own if there are any', headers('replace', { a: '1' }), { a: '1' }],
    [
      'headers by replace: else those of the method',
      headers('replace'),
      { method: '1', both: 'method' },
    ],
    [
      'headers by replace: else those of all',
      merge(
        {
          vaultAuthGlobalRef: { name: 'shared', mergeStrategy: { headers: 'replace' } },
          kubernetes: KUBERNETES,
        },
        { ...base, kubernetes: { ...KUBERNETES, headers: {} } },
      ).headers,
      { all: '1', both: 'all' },
    ],
    [
      'headers by replace: none anywhere',
      merge(
        {
          vaultAuthGlobalRef: { name: 'shared', mergeStrategy: { headers: 'replace' } },
          ...COMPLETE,
        },
        {},
      ).headers,
      {},
    ],
    ['headers by none: its own only', headers('none', { a: '1' }), { a: '1' }],
  ];
  for (const [name, got, want] of rows) it(name, () => assert.deepEqual(got, want));
});

function merging(spec: VaultAuthSpec, global?: VaultAuthGlobal): () => unknown {
  return () => mergeAuth(authOf(spec), global);
}

describe('mergeAuth refuses', () => {
  const rows: readonly [string, () => unknown, string, RegExp][] = [
    [
      'no method',
      merging({ mount: 'm', kubernetes: KUBERNETES }),
      'InvalidSpec',
      /spec\.method is missing; set it there$/,
    ],
    [
      'no method with a global, and says where else',
      merging({ vaultAuthGlobalRef: { name: 'shared' } }, globalOf({})),
      'InvalidSpec',
      /spec\.method is missing.*VaultAuthGlobal apps\/shared/,
    ],
    [
      'another method',
      merging({ ...COMPLETE, method: 'aws' }),
      'NotSupportedYet',
      /: spec\.method aws/,
    ],
    [
      'another method by the global',
      merging({ vaultAuthGlobalRef: { name: 'shared' } }, globalOf({ defaultAuthMethod: 'gcp' })),
      'NotSupportedYet',
      /from its VaultAuthGlobal\) gcp/,
    ],
    [
      'no block of the method',
      merging({ method: 'kubernetes', mount: 'm' }),
      'InvalidSpec',
      /spec\.kubernetes\.role/,
    ],
    [
      'no role',
      merging({ ...COMPLETE, kubernetes: { ...KUBERNETES, role: '' } }),
      'InvalidSpec',
      /spec\.kubernetes\.role/,
    ],
    [
      'no service account',
      merging({ ...COMPLETE, kubernetes: { role: 'r', tokenExpirationSeconds: 600 } }),
      'InvalidSpec',
      /spec\.kubernetes\.serviceAccount is missing/,
    ],
    [
      'a service account that is no name',
      merging({ ...COMPLETE, kubernetes: { ...KUBERNETES, serviceAccount: 'a/b' } }),
      'InvalidSpec',
      /spec\.kubernetes\.serviceAccount is no name/,
    ],
    [
      'no mount',
      merging({ method: 'kubernetes', kubernetes: KUBERNETES }),
      'InvalidSpec',
      /VaultAuth apps\/auth: spec\.mount/,
    ],
  ];
  for (const [name, act, reason, message] of rows)
    it(name, () => {
      const fault = faultBy(act);
      assert.deepEqual([fault.kind, fault.reason], ['refused', reason]);
      assert.match(fault.message, message);
    });
});
