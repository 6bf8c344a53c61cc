import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VaultAuthSpec } from '../../api/vault-auth.ts';
import type { VaultAuthGlobal } from '../../api/vault-auth-global.ts';
import { faultBy } from '../testing.ts';
import type { AuthWorld } from './auth.ts';
import { findGlobal } from './auth-global.ts';
import { authOf, COMPLETE, globalOf, worldOf } from './testing-auth.ts';

type Reference = NonNullable<VaultAuthSpec['vaultAuthGlobalRef']>;

function found(reference: Reference, global: VaultAuthGlobal, over: Partial<AuthWorld> = {}) {
  return findGlobal(authOf({ vaultAuthGlobalRef: reference }), worldOf(undefined, global, over));
}

describe('findGlobal finds the VaultAuthGlobal', () => {
  const rows: readonly [string, Reference, VaultAuthGlobal][] = [
    ['by name in the own namespace', { name: 'shared' }, globalOf({})],
    [
      'by name in another namespace that allows ours',
      { name: 'g', namespace: 'infra' },
      globalOf({ allowedNamespaces: ['apps'] }, 'infra/g'),
    ],
    ['by default in the own namespace', { allowDefault: true }, globalOf({}, 'apps/default')],
    [
      'by default in the namespace of the operator',
      { allowDefault: true },
      globalOf({}, 'operator/default'),
    ],
    [
      'by default in the namespace that is named',
      { allowDefault: true, namespace: 'infra' },
      globalOf({ allowedNamespaces: ['*'] }, 'infra/default'),
    ],
  ];
  for (const [name, reference, global] of rows)
    it(name, () => assert.equal(found(reference, global), global));

  it('nowhere, when the VaultAuth refers to none', () =>
    assert.equal(findGlobal(authOf(COMPLETE), worldOf()), undefined));

  const closed = globalOf({}, 'infra/g');
  const faults: readonly [string, () => unknown, string, string, RegExp][] = [
    [
      'it is not there',
      () => found({ name: 'g' }, closed),
      'waiting',
      'VaultAuthGlobalNotFound',
      /apps\/g \(spec\.vaultAuthGlobalRef of VaultAuth apps\/auth\) does not exist/,
    ],
    [
      'it does not allow us',
      () => found({ name: 'g', namespace: 'infra' }, closed),
      'waiting',
      'VaultAuthGlobalNotAllowed',
      /infra\/g .*add apps to its spec\.allowedNamespaces/,
    ],
    [
      'there is no default anywhere',
      () => found({ allowDefault: true }, closed),
      'waiting',
      'VaultAuthGlobalNotFound',
      /apps\/default nor operator\/default/,
    ],
    [
      'it has neither name nor allowDefault',
      () => found({}, closed),
      'refused',
      'InvalidReference',
      /neither name nor allowDefault/,
    ],
    [
      'the operator allows no defaults',
      () => found({ allowDefault: true }, closed, { allowDefaultGlobals: false }),
      'refused',
      'InvalidReference',
      /spec\.vaultAuthGlobalRef\.allowDefault .*global-vault-auth-options/,
    ],
  ];
  for (const [name, act, kind, reason, message] of faults)
    it(`or says that ${name}`, () => {
      const fault = faultBy(act);
      assert.deepEqual([fault.kind, fault.reason], [kind, reason]);
      assert.match(fault.message, message);
    });

  it('or says the same of one that is closed and one that is not there', () => {
    const reference = { name: 'g', namespace: 'infra' };
    assert.deepEqual(
      faultBy(() => found(reference, globalOf({}))),
      faultBy(() => found(reference, closed)),
    );
  });
});
