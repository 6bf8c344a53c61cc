import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clock, timeAxis, valueAxis } from './axis.ts';
import { said, scaleOf, stepOf } from './unit.ts';

const KIB = 1024;

function ticks(unit: string, ...values: number[]): string {
  const series = { name: '', labels: {}, points: values.map((value, at) => [at, value] as const) };
  const axis = valueAxis([series], unit);
  return axis.ticks.map(({ words }) => words).join(', ');
}

describe('the axis of values', () => {
  for (const [sentence, unit, values, wanted] of [
    ['counts in whole numbers', 'none', [0, 2], '0, 1, 2'],
    ['begins at zero', 'none', [180, 390], '0, 100, 200, 300, 400'],
    ['goes below zero when values do', 's', [-20, 40], '-30 s, -15 s, 0 s, 15 s, 30 s, 45 s'],
    ['has room when all is zero', 'ops', [0, 0], '0 ops/s, 0.5 ops/s, 1 ops/s'],
    ['has room when there is nothing', 's', [], '0 s, 0.5 s, 1 s'],
    ['counts time as clocks do', 's', [3_600], '0 min, 15 min, 30 min, 45 min, 60 min'],
    [
      'counts memory as computers do',
      'bytes',
      [100 * KIB ** 2],
      '0 MiB, 32 MiB, 64 MiB, 96 MiB, 128 MiB',
    ],
    ['speaks of shares in percent', 'percentunit', [0.8], '0%, 20%, 40%, 60%, 80%'],
    ['speaks of short times in ms', 's', [0.019], '0 ms, 5 ms, 10 ms, 15 ms, 20 ms'],
    ['counts long times in days', 's', [30 * 86_400], '0 d, 10 d, 20 d, 30 d'],
  ] as const)
    it(sentence, () => assert.equal(ticks(unit, ...values), wanted));

  it('is refused in a unit that nobody knows', () => {
    assert.throws(() => ticks('furlongs', 1), /nobody knows how to write values in furlongs/);
  });
});

describe('the axis of time', () => {
  it('has half minutes for some minutes', () => {
    const words = timeAxis(167).ticks.map((tick) => tick.words);
    assert.deepEqual(words, ['0:00', '0:30', '1:00', '1:30', '2:00', '2:30']);
  });

  it('is written as a clock', () => assert.equal(clock(3_605.4), '60:05'));
});

describe('a value', () => {
  for (const [value, unit, wanted] of [
    [1_834.2, 's', '30.6 min'],
    [0.01234, 's', '12.3 ms'],
    [-90, 's', '-1.5 min'],
    [0, 's', '0 s'],
    [12, 'none', '12'],
    [0.333333, 'reqps', '0.333 req/s'],
  ] as const)
    it(`${value} in ${unit} is ${wanted}`, () => {
      assert.equal(said(value, scaleOf(unit, value)), wanted);
    });
});

describe('a step', () => {
  it('is 1, 2 or 5 times a power of ten, and no less than wanted', () => {
    const steps = [0.011, 0.02, 0.3, 7].map((least) => stepOf('ops', least));
    assert.deepEqual(steps, [0.02, 0.02, 0.5, 10]);
  });
});
