import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyMerge, strategicMerge } from './strategic.ts';

const two = {
  containers: [
    { name: 'a', image: 'x' },
    { name: 'b', image: 'y' },
  ],
};

describe('strategic merge', () => {
  const rows: readonly [sentence: string, target: unknown, patch: unknown, wanted: unknown][] = [
    [
      'merges lists of objects by their key',
      two,
      { containers: [{ name: 'a', image: 'z' }] },
      {
        containers: [
          { name: 'a', image: 'z' },
          { name: 'b', image: 'y' },
        ],
      },
    ],
    [
      'adds what has a new key',
      { containers: [] },
      { containers: [{ name: 'c' }] },
      { containers: [{ name: 'c' }] },
    ],
    [
      'removes an element by directive',
      two,
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: [{ name: 'b', image: 'y' }] },
    ],
    [
      'leaves the rest when told to remove what is not there',
      two,
      { containers: [{ name: 'q', $patch: 'delete' }] },
      two,
    ],
    [
      'ignores orders of elements',
      two,
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      two,
    ],
    [
      'merges finalizers as a set',
      { finalizers: ['a'] },
      { finalizers: ['b'] },
      { finalizers: ['a', 'b'] },
    ],
    [
      'removes members of a set by directive',
      { finalizers: ['a', 'b'] },
      { '$deleteFromPrimitiveList/finalizers': ['a'] },
      { finalizers: ['b'] },
    ],
    ['replaces lists without a key', { args: ['a'] }, { args: ['b'] }, { args: ['b'] }],
    [
      'replaces an object by directive',
      { s: { a: 1 } },
      { s: { b: 2, $patch: 'replace' } },
      { s: { b: 2 } },
    ],
    ['removes by null', { a: 1, b: 2 }, { a: null }, { b: 2 }],
  ];
  for (const [sentence, target, patch, wanted] of rows)
    it(sentence, () => assert.deepEqual(strategicMerge(target, patch), wanted));
});

describe('apply', () => {
  it('removes what the same manager applied before and leaves out now', () => {
    const target = { data: { mine: '1', theirs: '2' }, labels: { mine: '1' } };
    const before = { data: { mine: '1' }, labels: { mine: '1' } };
    assert.deepEqual(applyMerge(target, before, { data: {} }), { data: { theirs: '2' } });
  });
});
