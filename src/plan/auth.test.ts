import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault } from '../runtime/fault.ts';
import { type AuthWorld, resolveIdentity, type UsableConnection } from './auth.ts';
import { UNHARDENED } from './hardening.ts';
import { faultBy } from './testing.ts';
import {
  authOf,
  COMPLETE,
  CONNECTION,
  ENDPOINT,
  globalOf,
  KUBERNETES,
  worldOf,
} from './testing-auth.ts';

const CONSUMER = { namespace: 'apps', vaultAuthRef: 'auth' };

function otherConnection(connection: Partial<UsableConnection>) {
  return { connection: () => ({ ...CONNECTION, ...connection }) };
}

describe('resolveIdentity', () => {
  it('makes one identity of VaultAuth and VaultConnection', () => {
    const auth = authOf({ ...COMPLETE, namespace: 'team', headers: { h: '1' } });
    assert.deepEqual(resolveIdentity(CONSUMER, worldOf(auth)), {
      key: 'uid-auth-apps/auth:1,-,uid-connection:3,e3b0c44298fc,apps/web',
      authName: 'apps/auth',
      connectionName: 'operator/default',
      endpoint: ENDPOINT,
      mount: 'k8s',
      namespace: 'team',
      loginHeaders: { h: '1' },
      login: {
        method: 'kubernetes',
        role: 'app',
        serviceAccount: { namespace: 'apps', name: 'web' },
        audiences: [],
        expirationSeconds: 600,
      },
    });
  });

  it('takes the service account from the namespace of the consumer, not of the VaultAuth', () => {
    const auth = authOf({ ...COMPLETE, allowedNamespaces: ['apps'] }, 'infra/auth');
    const identity = resolveIdentity(
      { namespace: 'apps', vaultAuthRef: 'infra/auth' },
      worldOf(auth),
    );
    assert.deepEqual(identity.login.method === 'kubernetes' && identity.login.serviceAccount, {
      namespace: 'apps',
      name: 'web',
    });
  });

  it('finds the default VaultAuth of the operator, open to all', () => {
    const auth = authOf(COMPLETE, 'operator/default');
    assert.equal(
      resolveIdentity({ namespace: 'apps' }, worldOf(auth)).authName,
      'operator/default',
    );
  });

  it('looks for the VaultConnection in the namespace of the VaultAuth', () => {
    const auth = authOf(
      { ...COMPLETE, vaultConnectionRef: 'c', allowedNamespaces: ['*'] },
      'infra/auth',
    );
    const identity = resolveIdentity(
      { namespace: 'apps', vaultAuthRef: 'infra/auth' },
      worldOf(auth),
    );
    assert.equal(identity.connectionName, 'infra/c');
  });

  it('changes its key with the CA, the connection, the global, the consumer and the account', () => {
    const auth = authOf({
      ...COMPLETE,
      allowedNamespaces: ['*'],
      vaultAuthGlobalRef: { name: 'shared' },
    });
    const global = globalOf({});
    const renamed = authOf({ ...auth.spec, kubernetes: { ...KUBERNETES, serviceAccount: 'api' } });
    const worlds: [AuthWorld, string][] = [
      [worldOf(auth, global), 'apps'],
      [worldOf(auth, global, otherConnection({ endpoint: { ...ENDPOINT, caPem: 'x' } })), 'apps'],
      [worldOf(auth, global, otherConnection({ generation: 4 })), 'apps'],
      [worldOf(auth, { ...global, metadata: { ...global.metadata, generation: 2 } }), 'apps'],
      [worldOf(auth, global), 'other'],
      [worldOf(renamed, global), 'apps'],
    ];
    const keys = worlds.map(
      ([world, namespace]) => resolveIdentity({ namespace, vaultAuthRef: 'apps/auth' }, world).key,
    );
    assert.equal(new Set(keys).size, worlds.length);
  });
});

describe('resolveIdentity says what is missing', () => {
  const foreign = { namespace: 'apps', vaultAuthRef: 'infra/auth' };
  const closed = authOf({ ...COMPLETE, allowedNamespaces: ['x'] }, 'infra/auth');
  const rows: readonly [string, Fault, string, string, RegExp][] = [
    [
      'no VaultAuth in the own namespace',
      faultBy(() => resolveIdentity(CONSUMER, worldOf())),
      'waiting',
      'VaultAuthNotFound',
      /apps\/auth \(spec\.vaultAuthRef\) does not exist in namespace apps; create it or correct/,
    ],
    [
      'no default VaultAuth of the operator',
      faultBy(() => resolveIdentity({ namespace: 'apps' }, worldOf())),
      'waiting',
      'VaultAuthNotFound',
      /operator\/default .* namespace operator/,
    ],
    [
      'a VaultAuth of another namespace that does not allow ours',
      faultBy(() => resolveIdentity(foreign, worldOf(closed))),
      'waiting',
      'VaultAuthNotAllowed',
      /infra\/auth \(spec\.vaultAuthRef\).*add apps to its spec\.allowedNamespaces/,
    ],
    [
      'a reference with two slashes',
      faultBy(() => resolveIdentity({ namespace: 'apps', vaultAuthRef: 'a/b/c' }, worldOf())),
      'refused',
      'InvalidReference',
      /^spec\.vaultAuthRef/,
    ],
    [
      'no VaultConnection',
      faultBy(() =>
        resolveIdentity(CONSUMER, worldOf(authOf({ ...COMPLETE, vaultConnectionRef: 'none' }))),
      ),
      'waiting',
      'VaultConnectionNotFound',
      /apps\/none \(spec\.vaultConnectionRef of VaultAuth apps\/auth\)/,
    ],
    [
      'a VaultConnection that cannot be used',
      faultBy(() =>
        resolveIdentity(CONSUMER, worldOf(authOf({ ...COMPLETE, vaultConnectionRef: 'broken' }))),
      ),
      'waiting',
      'VaultConnectionNotReady',
      /apps\/broken .*see its conditions/,
    ],
    [
      'a VaultConnection by no reference',
      faultBy(() =>
        resolveIdentity(CONSUMER, worldOf(authOf({ ...COMPLETE, vaultConnectionRef: 'a/b/c' }))),
      ),
      'refused',
      'InvalidReference',
      /^spec\.vaultConnectionRef of VaultAuth apps\/auth/,
    ],
  ];
  for (const [name, fault, kind, reason, message] of rows)
    it(name, () => {
      assert.deepEqual([fault.kind, fault.reason], [kind, reason]);
      assert.match(fault.message, message);
    });

  it('in the same words for a VaultAuth that is closed and one that is not there', () => {
    const absent = faultBy(() => resolveIdentity(foreign, worldOf()));
    assert.deepEqual(
      absent,
      faultBy(() => resolveIdentity(foreign, worldOf(closed))),
    );
  });
});
