import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault } from '../../runtime/fault.ts';
import { faultBy } from '../testing.ts';
import { type AuthWorld, resolveIdentity, type UsableConnection } from './auth.ts';
import { UNHARDENED } from './hardening.ts';
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

describe('a client certificate', () => {
  const client = { namespace: 'infra', name: 'client', digest: 'd' };
  const world = (spec: object, ref: string, with_ = true): AuthWorld => {
    const auth = authOf({ ...COMPLETE, vaultConnectionRef: 'infra/vault', ...spec }, ref);
    return worldOf(
      auth,
      undefined,
      with_ ? otherConnection({ endpoint: { ...ENDPOINT, client } }) : {},
    );
  };
  const resolve = (ref: string, in_: AuthWorld) =>
    resolveIdentity({ namespace: ref.split('/')[0] ?? '', vaultAuthRef: ref }, in_);

  it('serves the VaultAuths of its namespace, and is part of what they are', () => {
    const cert = { method: 'cert', cert: { role: 'r' }, mount: '' };
    const identity = resolve('infra/auth', world(cert, 'infra/auth'));
    assert.deepEqual(identity.login, { method: 'cert', role: 'r' });
    assert.equal(identity.mount, 'cert');
    const plain = resolve('infra/auth', world({}, 'infra/auth', false));
    const shown = resolve('infra/auth', world({}, 'infra/auth'));
    assert.notEqual(plain.key, shown.key);
  });

  for (const method of [{ method: 'cert' }, { mount: 'cert' }])
    it(`serves nobody else, also not by ${JSON.stringify(method)}`, () => {
      const fault = faultBy(() => resolve('apps/auth', world(method, 'apps/auth')));
      assert.deepEqual([fault.kind, fault.reason], ['refused', 'ClientCertificateNotAllowed']);
      assert.match(fault.message, /VaultConnection infra\/vault .* namespace apps/);
    });

  it('is what the method cert needs', () => {
    const fault = faultBy(() =>
      resolve('infra/auth', world({ method: 'cert' }, 'infra/auth', false)),
    );
    assert.equal(fault.reason, 'InvalidSpec');
    assert.match(fault.message, /spec\.clientCertSecretRef/);
  });
});

describe('hardened rules', () => {
  const closed = { openAuths: ['infra/listed'] } as const;
  const open = (ref: string, over: Partial<AuthWorld>) => {
    const auth = authOf({ ...COMPLETE, allowedNamespaces: ['*'] }, ref);
    return () =>
      resolveIdentity({ namespace: 'apps', vaultAuthRef: ref }, worldOf(auth, undefined, over));
  };

  it('close what is open to all, in the words for what does not exist', () => {
    const there = faultBy(open('infra/auth', closed));
    const nowhere = faultBy(() =>
      resolveIdentity(
        { namespace: 'apps', vaultAuthRef: 'infra/auth' },
        worldOf(undefined, undefined, closed),
      ),
    );
    assert.deepEqual(there, nowhere);
    assert.equal(there.reason, 'VaultAuthNotAllowed');
    assert.equal(faultBy(open('operator/default', closed)).reason, 'VaultAuthNotAllowed');
    assert.equal(open('infra/auth', {})().authName, 'infra/auth');
    assert.equal(open('infra/listed', closed)().authName, 'infra/listed');
  });

  it('refuse a login without an audience', () => {
    const rules = { ...UNHARDENED, audienceRequired: true };
    const fault = faultBy(() =>
      resolveIdentity(CONSUMER, worldOf(authOf(COMPLETE), undefined, { rules })),
    );
    assert.equal(fault.reason, 'AudienceTooWide');
  });
});
