import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawnLegend, legendOf, lookOf } from './legend.ts';

const WIDTH = 360;

function lines(count: number, name = 'a line of some length') {
  return Array.from({ length: count }, (_, colour) => {
    const series = { name: `${name} ${colour}`, labels: {}, points: [[0, 1] as const] };
    return { series, colour };
  });
}

function words(...[named, zeros]: [ReturnType<typeof lines>, number]): readonly string[] {
  return legendOf(named, zeros, WIDTH)
    .lines.flat()
    .map((entry) => entry.words);
}

describe('the legend', () => {
  it('names lines, and counts those at zero', () => {
    assert.deepEqual(words(lines(2, 'l'), 0), ['l 0', 'l 1']);
    assert.deepEqual(words(lines(2, 'l'), 3), ['l 0', 'l 1', '3 at zero']);
    assert.deepEqual(words([], 3), ['3 at zero']);
  });

  it('counts those for which there is no room', () => {
    assert.equal(legendOf(lines(30), 0, WIDTH).lines.length, 4);
    assert.match(words(lines(30), 0).at(-1) ?? '', /^\d\d more$/);
    assert.match(words(lines(30), 2).at(-1) ?? '', /^\d\d more, 2 at zero$/);
  });

  it('cuts a name that is longer than a line', () => {
    const legend = legendOf(lines(1, 'long '.repeat(40)), 0, WIDTH);
    assert.match(drawnLegend(legend, { x: 0, y: 0, w: WIDTH, h: 15 }), /…<\/text>/);
  });

  it('dashes lines whose colour was used before', () => {
    assert.deepEqual([lookOf(3), lookOf(13)], ['c3', 'c3 dashed']);
  });
});
