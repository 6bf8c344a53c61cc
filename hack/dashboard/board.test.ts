import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asked, BOARD, boardOf, bottomOf, excerpt } from './board.ts';

describe('the dashboard', () => {
  it('is read as its manifest has it', () => {
    assert.ok(BOARD.panels.length > 30);
    assert.ok(bottomOf(BOARD.panels) > 100);
  });

  it('is refused with a panel of a type that nobody draws', () => {
    const panels = [
      { id: 1, type: 'piechart', title: 'Shares', gridPos: { x: 0, y: 0, w: 8, h: 8 } },
    ];
    assert.throws(() => boardOf(JSON.stringify({ title: 'a', panels })), /Shares is a piechart/);
  });
});

describe('an excerpt', () => {
  const { panels } = excerpt(BOARD, ['Overview', 'Vault']);

  it('has the rows that are named, and what is in them', () => {
    const rows = panels.filter(({ type }) => type === 'row');
    assert.deepEqual(
      rows.map(({ title }) => title),
      ['Overview', 'Vault'],
    );
    assert.ok(panels.some(({ title }) => title === 'Logins by code'));
    assert.ok(!panels.some(({ title }) => title === 'Paused'));
  });

  it('has no gap where others were', () => {
    const [, second] = panels.filter(({ type }) => type === 'row');
    assert.equal(second?.gridPos.y, 5);
    assert.equal(bottomOf(panels), 5 + 1 + 8 + 8);
  });
});

describe('a query', () => {
  const variables = { namespace: 'vault-operator', rateInterval: '8s' };

  it('is asked with its variables filled in', () => {
    const expr = 'sum(rate(a_total{namespace=~"$namespace"}[$__rate_interval]))';
    assert.equal(asked(expr, variables), 'sum(rate(a_total{namespace=~"vault-operator"}[8s]))');
  });

  it('is refused with a variable that only Grafana knows', () => {
    assert.throws(
      () => asked('a[$__range]', variables),
      /only Grafana knows is left: a\[\$__range\]/,
    );
  });
});
