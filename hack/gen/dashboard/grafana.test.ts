import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Place } from '../../dashboard/board.ts';
import { dashboardOf } from './grafana.ts';
import { type Panel, ROWS } from './panels.ts';

const QUERY = { expr: 'up' };

function laidOut(...panels: readonly Partial<Panel>[]) {
  const shared = { title: 'a', unit: 'none', queries: [QUERY], kind: 'timeseries' } as const;
  const rows = [{ title: 'row', panels: panels.map((panel) => ({ ...shared, ...panel })) }];
  return JSON.parse(JSON.stringify(dashboardOf(rows))).panels.slice(1);
}

describe('the lines of the dashboard', () => {
  it('are full, however many panels there are', () => {
    const wide = laidOut({}, {}, {}, {}, {}).map(({ gridPos }: { gridPos: Place }) => gridPos.w);
    assert.deepEqual(wide, [8, 8, 8, 12, 12]);
  });

  it('are as high as the highest panel wants', () => {
    const [low, beside, below] = laidOut({ kind: 'table', height: 4 }, { kind: 'table' }, {});
    assert.deepEqual([low.gridPos.h, beside.gridPos.h, below.gridPos.y], [8, 8, 9]);
    assert.equal(laidOut({ kind: 'table', height: 4 })[0].gridPos.h, 4);
  });
});

describe('a stat', () => {
  it('never has the thresholds that Grafana would give it', () => {
    const panels = JSON.parse(JSON.stringify(dashboardOf(ROWS))).panels;
    const stats = panels.filter(({ type }: { type: string }) => type === 'stat');
    assert.ok(stats.length > 0);
    for (const { title, fieldConfig } of stats) assert.ok(fieldConfig.defaults.thresholds, title);
  });
});

describe('a table', () => {
  it('shows no time, and its values under a heading or not at all', () => {
    const [plain, headed] = laidOut({ kind: 'table' }, { kind: 'table', valueHeading: 'left' });
    const options = (panel: typeof plain) => panel.transformations[0].options;
    assert.deepEqual(options(plain).excludeByName, { Time: true, Value: true });
    assert.deepEqual(options(headed).excludeByName, { Time: true });
    assert.deepEqual(options(headed).renameByName, { Value: 'left' });
  });
});
