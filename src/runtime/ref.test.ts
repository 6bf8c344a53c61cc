import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keyOf, sameRef } from './ref.ts';

const one = { kind: 'VaultAuth', namespace: 'a', name: 'b' };

it('refs are equal when kind, namespace and name are', () => {
  assert.equal(keyOf(one), 'VaultAuth/a/b');
  assert.equal(sameRef(one, { ...one }), true);
  for (const other of [{ kind: 'VaultConnection' }, { namespace: 'b' }, { name: 'a' }]) {
    assert.equal(sameRef(one, { ...one, ...other }), false);
  }
});
