import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Range } from '../../test/monitoring/prometheus.ts';
import { figuresOf, legendOf, type Questions } from './ask.ts';
import { BOARD, type Board } from './board.ts';

const GRID = { x: 0, y: 0, w: 8, h: 8 };
const RANGE = { start: 1_000, end: 1_010, step: 2 };

function board(target: object): Board {
  const panel = { id: 7, type: 'timeseries', title: 'a', gridPos: GRID, targets: [target] };
  return { title: 'a', panels: [panel] } as unknown as Board;
}

/** Answers each query with itself. */
function answering(asked: [string, number | Range | undefined][]): Questions {
  const labels = { kind: 'VaultAuth' };
  const prometheus = {
    query: async (expr: string, at?: number) => {
      asked.push([expr, at]);
      return [{ labels, value: 3 }];
    },
    course: async (expr: string, range: Range) => {
      asked.push([expr, range]);
      return [{ labels, values: [[1_002, 5] as const, [1_004, Number.NaN] as const] }];
    },
    rules: async () => [],
    stop: async () => {},
  };
  return { prometheus, range: RANGE, scrapeSeconds: 2, namespace: 'ours' };
}

describe('a panel', () => {
  it('asks for a range, and has what is a number, in seconds since its beginning', async () => {
    const asked: [string, number | Range | undefined][] = [];
    const target = { expr: 'rate(a{n="$namespace"}[$__rate_interval])', legendFormat: '{{kind}}' };
    const figures = await figuresOf(board(target), answering(asked));
    assert.deepEqual(asked, [['rate(a{n="ours"}[8s])', RANGE]]);
    const series = { name: 'VaultAuth', labels: { kind: 'VaultAuth' }, points: [[2, 5]] };
    assert.deepEqual(figures.get(7), [series]);
  });

  it('has no line for what is never a number', async () => {
    const questions = answering([]);
    const course = async () => [{ labels: {}, values: [[1_002, Number.NaN] as const] }];
    const prometheus = { ...questions.prometheus, course };
    const figures = await figuresOf(board({ expr: 'a' }), { ...questions, prometheus });
    assert.deepEqual(figures.get(7), []);
  });

  it('asks for the last instant where that is said', async () => {
    const asked: [string, number | Range | undefined][] = [];
    const figures = await figuresOf(board({ expr: 'a', instant: true }), answering(asked));
    assert.deepEqual(asked, [['a', RANGE.end]]);
    assert.deepEqual(figures.get(7)?.[0]?.points, [[10, 3]]);
  });

  it('of any sort in the dashboard is asked for', async () => {
    const asked: [string, number | Range | undefined][] = [];
    await figuresOf(BOARD, answering(asked));
    assert.equal(asked.length, BOARD.panels.flatMap(({ targets = [] }) => targets).length);
  });
});

describe('a legend', () => {
  it('has values for names of labels, and nothing for a label that is not there', () => {
    const target = { expr: 'a', legendFormat: 'token of {{ owner }} {{nope}}' };
    assert.equal(legendOf(target, { owner: 'auth' }), 'token of auth ');
  });
});
