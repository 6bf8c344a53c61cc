import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOARD, type Panel } from '../board.ts';
import type { Series } from './figures.ts';
import { picture } from './picture.ts';

const SPAN = { length: 60, step: 2 };
const MARKS = [{ at: 20, title: 'Vault is terminated' }];
const VALUE = { name: 'ours', labels: { reason: 'VaultSealed' }, points: [[0, 1] as const] };

function drawn(series: readonly Series[], board = BOARD): string {
  const figures = new Map(board.panels.map(({ id }) => [id, series]));
  return picture({ board, figures, course: { span: SPAN, marks: MARKS }, note: 'a note' });
}

function alone(type: Panel['type'], defaults: object): typeof BOARD {
  const place = { x: 0, y: 0, w: 12, h: 8 };
  const panel = { id: 1, type, title: 'Alone', gridPos: place, fieldConfig: { defaults } };
  return { title: 'Board', panels: [panel as Panel] };
}

describe('the picture', () => {
  it('shows every panel and row of the dashboard', () => {
    const svg = drawn([VALUE]);
    for (const { title } of BOARD.panels) assert.ok(svg.includes(`>${title}</text>`), title);
  });

  it('says where a query has no answer', () => {
    const empty = [...drawn([]).matchAll(/>No data</gu)];
    assert.equal(empty.length, BOARD.panels.filter(({ type }) => type !== 'row').length);
    assert.doesNotMatch(drawn([VALUE]), /No data/);
  });

  it('is the same for the same figures', () => assert.equal(drawn([VALUE]), drawn([VALUE])));

  it('has the words of others as words', () => {
    const name = '<script>"&';
    const svg = drawn([{ ...VALUE, name }], alone('timeseries', { unit: 'none' }));
    assert.ok(svg.includes('&lt;script&gt;&quot;&amp;</text>'));
    assert.doesNotMatch(svg, /<script/);
  });

  it('marks what happened in its head and in a graph', () => {
    const svg = drawn([VALUE], alone('timeseries', { unit: 'none' }));
    assert.match(svg, />1\u20020:20\u2002Vault is terminated</);
    assert.equal([...svg.matchAll(/class="mark"/gu)].length, 1);
  });
});

describe('a stat', () => {
  const steps = [
    { color: 'green', value: null },
    { color: 'red', value: 60 },
  ];
  const last = (value: number): Series => ({
    ...VALUE,
    points: [
      [0, 1],
      [2, value],
    ],
  });

  it('is its last value in the colour of the threshold', () => {
    const board = alone('stat', { unit: 's', thresholds: { steps } });
    assert.match(drawn([last(90)], board), /class="figure middle red">1\.5 min</);
    assert.match(drawn([last(59)], board), /class="figure middle green">59 s</);
  });

  it('is refused without thresholds, as Grafana would take its own', () => {
    assert.throws(() => drawn([VALUE], alone('stat', { unit: 's' })), /no threshold says it/);
  });

  it('is refused in a colour that nobody knows', () => {
    const thresholds = { steps: [{ color: 'mauve', value: null }] };
    assert.throws(() => drawn([VALUE], alone('stat', { unit: 's', thresholds })), /mauve/);
  });
});

describe('a table', () => {
  const rows = (count: number): Series[] =>
    Array.from({ length: count }, (_, index) => ({ ...VALUE, labels: { name: `row-${index}` } }));

  it('has a column for each label, and the value', () => {
    const svg = drawn(rows(1), alone('table', { unit: 's' }));
    for (const words of ['name', 'row-0', 'Value', '1 s']) assert.ok(svg.includes(`>${words}<`));
  });

  it('leaves out and renames what the panel says', () => {
    const board = alone('table', { unit: 's' });
    const options = { excludeByName: { name: true }, renameByName: { Value: 'left' } };
    const transformations = [{ id: 'organize', options }] as const;
    const panels = board.panels.map((panel) => ({ ...panel, transformations }));
    const svg = drawn(rows(1), { ...board, panels });
    assert.doesNotMatch(svg, />(?:name|row-0|Value)</);
    assert.match(svg, />left</);
  });

  it('counts rows for which there is no room', () => {
    const svg = drawn(rows(40), alone('table', { unit: 's' }));
    const shown = [...svg.matchAll(/>row-\d+</gu)].length;
    assert.ok(shown > 4);
    assert.ok(svg.includes(`>${40 - shown} more<`));
  });
});
