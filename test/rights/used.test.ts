/** What the record of the API server says that the operator used. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Seen } from '../fakes/api-server/record.ts';
import { say } from './atom.ts';
import { usedBy } from './used.ts';

const ACCOUNT = { namespace: 'home', name: 'operator' };
const SEEN: Seen = {
  at: 0,
  user: 'system:serviceaccount:home:operator',
  verb: 'get',
  group: '',
  resource: 'secrets',
  subresource: '',
  namespace: 'away',
  name: 'a',
  path: '',
  userAgent: '',
  code: 200,
};

describe('what was used', () => {
  const rows: readonly [string, Partial<Seen>[], string[]][] = [
    [
      'is each thing once, whatever its name elsewhere',
      [{}, { name: 'b' }, { namespace: 'far' }],
      ['get secrets in another namespace'],
    ],
    ['has names at home', [{ namespace: 'home' }], ['get secrets "a" in own namespace']],
    [
      'has the names of namespaces, which lie in themselves',
      [{ resource: 'namespaces', namespace: 'kube-system', name: 'kube-system' }],
      ['get namespaces "kube-system" in another namespace'],
    ],
    [
      'is everywhere without a namespace',
      [{ verb: 'list', namespace: '', name: '' }],
      ['list secrets everywhere'],
    ],
    [
      'names subresources as RBAC does',
      [{ verb: 'create', resource: 'serviceaccounts', subresource: 'token' }],
      ['create serviceaccounts/token in another namespace'],
    ],
    ['is also what was refused', [{ code: 403 }], ['get secrets in another namespace']],
    ['is nothing of somebody else', [{ user: 'admin' }], []],
    ['is no path outside the resources', [{ resource: '', path: '/version' }], []],
  ];
  for (const [name, seen, expected] of rows)
    it(name, () => {
      const all = seen.map((each) => ({ ...SEEN, ...each }));
      assert.deepEqual(usedBy(all, ACCOUNT).map(say), expected);
    });
});
