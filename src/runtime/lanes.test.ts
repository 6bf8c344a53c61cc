import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { LANES, type Lane, Lanes, type Waiting } from './lanes.ts';

let arrivals = 0;

function waiting(lane: Lane, namespace = 'a', dueAt = 0): Waiting {
  arrivals += 1;
  return {
    ref: { kind: 'Thing', namespace, name: `t${arrivals}` },
    lane,
    dueAt,
    order: arrivals,
  };
}

function laneOf(...all: readonly Waiting[]): Lanes {
  const lanes = new Lanes();
  for (const one of all) lanes.add(one);
  return lanes;
}

function drain(lanes: Lanes): readonly Waiting[] {
  const drawn: Waiting[] = [];
  for (let one = lanes.take(); one; one = lanes.take()) drawn.push(one);
  return drawn;
}

const many = (count: number, make: () => Waiting): Waiting[] => Array.from({ length: count }, make);

describe('lanes', () => {
  it('serve renewals before first syncs before refreshes', () => {
    const [refresh, first, renewal] = [waiting('refresh'), waiting('first'), waiting('renewal')];
    assert.deepEqual(drain(laneOf(refresh, first, renewal)), [renewal, first, refresh]);
  });

  it('serve the renewal that is due first, whenever and wherever it arrived', () => {
    const late = waiting('renewal', 'a', 300);
    const soon = waiting('renewal', 'b', 100);
    const between = waiting('renewal', 'a', 200);
    assert.deepEqual(drain(laneOf(late, soon, between)), [soon, between, late]);
  });

  it('serve refreshes in the order of arrival', () => {
    const all = many(4, () => waiting('refresh', 'a', 1000 - arrivals));
    assert.deepEqual(drain(laneOf(...all)), all);
  });

  it('let namespaces take turns', () => {
    const noisy = many(100, () => waiting('first', 'noisy'));
    const quiet = many(2, () => waiting('first', 'quiet'));
    const drawn = drain(laneOf(...noisy, ...quiet));
    assert.deepEqual(
      drawn.slice(0, 5).map((one) => one.ref.namespace),
      ['noisy', 'quiet', 'noisy', 'quiet', 'noisy'],
    );
  });

  it('serve a late deadline of a quiet namespace although a noisy one has hundreds of earlier ones', () => {
    const noisy = many(500, () => waiting('renewal', 'noisy', 1));
    const quiet = waiting('renewal', 'quiet', 1_000_000);
    assert.ok(drain(laneOf(...noisy, quiet)).indexOf(quiet) < 10);
  });

  it('give every fifth draw to the less urgent lanes, one after the other', () => {
    const lanes = laneOf(
      ...many(40, () => waiting('renewal')),
      ...many(40, () => waiting('first')),
      ...many(40, () => waiting('refresh')),
    );
    const drawn = Array.from({ length: 20 }, () => lanes.take()?.lane);
    const share = ['refresh', 'first', 'refresh', 'first'].flatMap((lane) => [
      ...Array.from({ length: 4 }, () => 'renewal'),
      lane,
    ]);
    assert.deepEqual(drawn, share);
  });

  it('forget what is deleted, and nothing else', () => {
    const all = LANES.map((lane) => waiting(lane));
    const lanes = laneOf(...all);
    for (const one of all) lanes.delete(one);
    for (const one of all) lanes.delete(one);
    lanes.delete(waiting('first', 'elsewhere'));
    assert.deepEqual(lanes.depth(), { renewal: 0, first: 0, refresh: 0 });
    assert.equal(lanes.take(), undefined);
  });

  const arbitraryWaiting = fc.record({
    lane: fc.constantFrom(...LANES),
    namespace: fc.constantFrom('a', 'b', 'c'),
    dueAt: fc.integer({ min: 0, max: 9 }),
  });
  const act = fc.oneof(
    { weight: 3, arbitrary: arbitraryWaiting },
    { weight: 2, arbitrary: fc.constant('take' as const) },
    { weight: 1, arbitrary: fc.record({ delete: fc.nat() }) },
  );

  it('neither lose nor double anything, and count what they hold', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 100 }), (acts) => {
        const lanes = new Lanes();
        const held = new Set<Waiting>();
        for (const one of acts) {
          if (one === 'take') {
            const drawn = lanes.take();
            assert.equal(drawn !== undefined, held.size > 0);
            if (drawn) assert.ok(held.delete(drawn));
          } else if ('delete' in one) {
            const [chosen] = [...held].slice(one.delete % (held.size || 1));
            if (!chosen) continue;
            held.delete(chosen);
            lanes.delete(chosen);
          } else {
            const added = waiting(one.lane, one.namespace, one.dueAt);
            held.add(added);
            lanes.add(added);
          }
          const depth = lanes.depth();
          assert.equal(depth.renewal + depth.first + depth.refresh, held.size);
        }
        assert.deepEqual(new Set(drain(lanes)), held);
      }),
    );
  });
});
