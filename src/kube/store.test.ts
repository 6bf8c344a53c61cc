import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Store } from './store.ts';
import type { Identity } from './wire.ts';

function thing(resourceVersion: number, uid = 'u1', name = 'a'): Identity {
  return { namespace: 'shop', name, uid, resourceVersion: String(resourceVersion) };
}

function storeWith(...objects: Identity[]): Store<Identity> {
  const store = new Store<Identity>((object) => object);
  for (const object of objects) store.observed(object);
  return store;
}

const nothing: ReadonlySet<string> = new Set();

describe('the store', () => {
  it('tells what came, changed and went', () => {
    const store = storeWith();
    assert.deepEqual(store.observed(thing(1)), [{ kind: 'added', now: thing(1) }]);
    assert.deepEqual(store.observed(thing(1)), []);
    assert.deepEqual(store.observed(thing(2)), [{ kind: 'changed', was: thing(1), now: thing(2) }]);
    assert.deepEqual(store.vanished(thing(3)), [{ kind: 'removed', was: thing(2) }]);
    assert.deepEqual(store.vanished(thing(3)), []);
    assert.equal(store.size, 0);
  });

  it('another uid under the same name is one object gone and one come', () => {
    const store = storeWith(thing(1, 'u1'));
    assert.deepEqual(store.observed(thing(5, 'u2')), [
      { kind: 'removed', was: thing(1, 'u1') },
      { kind: 'added', now: thing(5, 'u2') },
    ]);
  });

  it('a list replaces everything, but for what is there and cannot be read', () => {
    const store = storeWith(thing(1, 'u1', 'a'), thing(2, 'u2', 'b'), thing(3, 'u3', 'c'));
    const changes = store.replaced([thing(9, 'u1', 'a')], new Set(['shop/b']), '10', false);
    assert.deepEqual(changes, [
      { kind: 'changed', was: thing(1, 'u1', 'a'), now: thing(9, 'u1', 'a') },
      { kind: 'removed', was: thing(3, 'u3', 'c') },
    ]);
    assert.deepEqual(
      [...store.values()].map((object) => object.name),
      ['a', 'b'],
    );
  });

  it('our own write shows at once, and older news still on its way does not undo it', () => {
    const store = storeWith(thing(1));
    assert.equal(store.written(thing(7)).length, 1);
    assert.deepEqual(store.observed(thing(5)), []);
    assert.deepEqual(store.observed(thing(7)), []);
    assert.equal(store.get('shop', 'a')?.resourceVersion, '7');
    assert.equal(store.observed(thing(8)).length, 1);
  });

  it('versions are numbers, not texts', () => {
    const store = storeWith(thing(9));
    store.written(thing(10));
    assert.deepEqual(store.observed(thing(9)), []);
    assert.equal(store.get('shop', 'a')?.resourceVersion, '10');
  });

  it('the answer to our write is no news when the watch was faster', () => {
    const store = storeWith(thing(1));
    store.observed(thing(8));
    assert.deepEqual(store.written(thing(7)), []);
    assert.equal(store.get('shop', 'a')?.resourceVersion, '8');
  });

  it('an object that we created after a list was taken survives that list', () => {
    const store = storeWith();
    store.written(thing(12));
    assert.deepEqual(store.replaced([], nothing, '10', false), []);
    assert.equal(store.size, 1);
    assert.deepEqual(store.replaced([], nothing, '13', false), [
      { kind: 'removed', was: thing(12) },
    ]);
  });

  it('an object that we deleted does not come back with older news, but with a new uid', () => {
    const store = storeWith(thing(1));
    store.removed(thing(1));
    assert.deepEqual(store.observed(thing(2)), []);
    assert.deepEqual(store.replaced([thing(2)], nothing, '2', false), []);
    assert.deepEqual(store.vanished(thing(3)), []);
    assert.equal(store.observed(thing(4, 'u2')).length, 1);
  });

  it('an object that a second list still holds was not deleted after all', () => {
    const store = storeWith(thing(1));
    store.removed(thing(1));
    assert.deepEqual(store.replaced([thing(2)], nothing, '2', false), []);
    assert.equal(store.replaced([thing(2)], nothing, '3', false).length, 1);
  });

  it('a late answer to our write does not bring back what the watch said is gone', () => {
    const store = storeWith(thing(1));
    store.vanished(thing(3));
    assert.deepEqual(store.written(thing(2)), []);
    assert.equal(store.size, 0);
    store.observed(thing(4));
    assert.equal(store.written(thing(5)).length, 1);
  });

  it('a late end of the old object does not take the one that we made anew', () => {
    const store = storeWith(thing(1, 'u1'));
    store.written(thing(9, 'u2'));
    assert.deepEqual(store.vanished(thing(5, 'u1')), []);
    assert.equal(store.get('shop', 'a')?.uid, 'u2');
  });

  it('after a restore, older versions are the truth, also over our own writes', () => {
    const store = storeWith(thing(100));
    store.written(thing(120));
    assert.equal(store.replaced([thing(50)], nothing, '60', true).length, 1);
    assert.equal(store.get('shop', 'a')?.resourceVersion, '50');
  });
});
