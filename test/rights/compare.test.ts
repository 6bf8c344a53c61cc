/** Rights granted and used, compared: what is missing, what is spare, what is wider than it need be. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '../stage/kube-admin.ts';
import type { Atom } from './atom.ts';
import { differences } from './compare.ts';
import { grantedBy } from './granted.ts';

const READ: Atom = {
  group: '',
  resource: 'secrets',
  verb: 'get',
  place: 'another namespace',
  name: '',
};
const HOME = 'own namespace';
const ALL = 'everywhere';

describe('rights compared with their use', () => {
  const rows: readonly [string, Partial<Atom>[], Partial<Atom>[], string[]][] = [
    ['the same', [{ place: ALL }], [{}], []],
    ['nothing granted', [], [{}], ['not granted: get secrets in another namespace']],
    ['nothing used', [{}], [], ['granted and not used: get secrets in another namespace']],
    [
      'another verb',
      [{ place: ALL, verb: 'list' }],
      [{}],
      [
        'not granted: get secrets in another namespace',
        'granted and not used: list secrets everywhere',
      ],
    ],
    [
      'another group',
      [{ place: ALL, group: 'apps' }],
      [{}],
      [
        'not granted: get secrets in another namespace',
        'granted and not used: get secrets.apps everywhere',
      ],
    ],
    [
      'a subresource is another resource',
      [{ place: ALL }],
      [{ resource: 'secrets/status' }],
      [
        'not granted: get secrets/status in another namespace',
        'granted and not used: get secrets everywhere',
      ],
    ],
    [
      'granted at home, used elsewhere',
      [{ place: HOME }],
      [{}],
      [
        'not granted: get secrets in another namespace',
        'granted and not used: get secrets in own namespace',
      ],
    ],
    [
      'granted everywhere and at home, used at home only',
      [{ place: ALL }, { place: HOME }],
      [{ place: HOME }],
      ['granted and not used: get secrets everywhere'],
    ],
    ['one name, as granted', [{ place: HOME, name: 'a' }], [{ place: HOME, name: 'a' }], []],
    [
      'another name than granted',
      [{ place: HOME, name: 'a' }],
      [{ place: HOME, name: 'b' }],
      [
        'not granted: get secrets "b" in own namespace',
        'granted and not used: get secrets "a" in own namespace',
      ],
    ],
    [
      'any name, where one is enough',
      [
        { place: HOME, name: 'a' },
        { place: HOME, name: '' },
      ],
      [{ place: HOME, name: 'a' }],
      ['granted and not used: get secrets in own namespace'],
    ],
  ];
  for (const [name, granted, used, expected] of rows)
    it(name, () => {
      const full = (atoms: Partial<Atom>[]): Atom[] => atoms.map((atom) => ({ ...READ, ...atom }));
      assert.deepEqual(differences(full(granted), full(used)), expected);
    });
});

describe('what manifests grant', () => {
  const account = { namespace: 'home', name: 'operator' };
  const role = (kind: string, name: string, rules: object[], namespace?: string): KubeObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, ...(namespace && { namespace }) },
    rules,
  });
  const binding = (kind: string, roleName: string, to: string, namespace?: string): KubeObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: `${kind}Binding`,
    metadata: { name: roleName, ...(namespace && { namespace }) },
    roleRef: { kind, name: roleName },
    subjects: [{ kind: 'ServiceAccount', namespace: 'home', name: to }],
  });
  const RULE = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };

  it('is what the roles of its own bindings say, where the binding is', () => {
    const granted = grantedBy(
      [
        role('ClusterRole', 'wide', [RULE]),
        binding('ClusterRole', 'wide', 'operator'),
        role('Role', 'named', [{ ...RULE, resourceNames: ['a', 'b'] }], 'home'),
        binding('Role', 'named', 'operator', 'home'),
        role('Role', 'tenant', [RULE], 'away'),
        binding('Role', 'tenant', 'operator', 'away'),
        role('ClusterRole', 'others', [{ ...RULE, verbs: ['delete'] }]),
        binding('ClusterRole', 'others', 'somebody'),
      ],
      account,
    );
    assert.deepEqual(
      granted.map(({ place, name, verb }) => `${verb} ${place} ${name}`),
      ['get everywhere ', 'get own namespace a', 'get own namespace b', 'get another namespace '],
    );
  });

  it('is refused with a wildcard', () => {
    const wild = role('ClusterRole', 'wild', [{ ...RULE, verbs: ['*'] }]);
    const manifests = [wild, binding('ClusterRole', 'wild', 'operator')];
    assert.throws(() => grantedBy(manifests, account), /wildcard/);
  });
});
