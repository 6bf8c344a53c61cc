import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Point } from './figures.ts';
import { areaOf, type Plot, pathOf } from './path.ts';

/** A second is ten pixels wide, one of the values ten pixels high. */
const PLOT: Plot = {
  ...{ x: 100, y: 20, w: 100, h: 50, step: 1 },
  time: { low: 0, high: 10, ticks: [] },
  values: { low: 0, high: 5, ticks: [] },
};

describe('a series becomes a path', () => {
  for (const [sentence, points, path] of [
    [
      'from point to point',
      [
        [0, 0],
        [1, 5],
        [2, 2.5],
      ],
      'M100 70L110 20L120 45',
    ],
    [
      'that is interrupted where figures are missing',
      [
        [0, 0],
        [1, 1],
        [5, 1],
        [6, 0],
      ],
      'M100 70L110 60M150 60L160 70',
    ],
    ['with a dot for a figure that stands alone', [[3, 1]], 'M130 60h0'],
    [
      'with the ends of what is level',
      [
        [0, 1],
        [1, 1],
        [2, 1],
        [3, 2],
      ],
      'M100 60L120 60L130 50',
    ],
    [
      'in tenths of a pixel',
      [
        [0, 1 / 3],
        [1, 2 / 3],
      ],
      'M100 66.7L110 63.3',
    ],
    ['of nothing', [], ''],
  ] as const)
    it(sentence, () => assert.equal(pathOf(points, PLOT), path));
});

describe('an area', () => {
  it('is closed along the bottom', () => {
    const points: Point[] = [
      [0, 1],
      [1, 2],
    ];
    assert.equal(areaOf(points, PLOT), 'M100 70L100 60L110 50L110 70Z');
  });
});
