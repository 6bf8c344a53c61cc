import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Heap } from './heap.ts';

interface Item {
  readonly at: number;
  readonly order: number;
}

const isBefore = (a: Item, b: Item): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at);

const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 2, arbitrary: fc.constant('take' as const) },
  { weight: 2, arbitrary: fc.record({ delete: fc.nat() }) },
);

describe('a heap', () => {
  it('holds the same order as a sorted list, whatever is added, taken and deleted', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
        const heap = new Heap<Item>(isBefore);
        const list: Item[] = [];
        const known: Item[] = [];
        for (const one of acts) {
          if (one === 'take') assert.equal(heap.takeFirst(), list.shift());
          else if ('add' in one) {
            const item = { at: one.add, order: known.length };
            known.push(item);
            list.push(item);
            list.sort((a, b) => (isBefore(a, b) ? -1 : 1));
            heap.add(item);
          } else {
            const item = known[one.delete % (known.length || 1)];
            if (!item) continue;
            const place = list.indexOf(item);
            assert.equal(heap.delete(item), place >= 0);
            if (place >= 0) list.splice(place, 1);
          }
          assert.equal(heap.first(), list[0]);
          assert.equal(heap.size, list.length);
        }
        while (list.length > 0) assert.equal(heap.takeFirst(), list.shift());
      }),
    );
  });

  it('holds a member once, however often it is added', () => {
    const heap = new Heap<Item>(isBefore);
    const item = { at: 1, order: 1 };
    heap.add(item);
    heap.add(item);
    assert.equal(heap.size, 1);
    assert.equal(heap.takeFirst(), item);
    assert.equal(heap.takeFirst(), undefined);
  });
});
