/** The rows as a dashboard of Grafana 10 or newer. Knows Grafana's format and nothing of what is shown. */
import type { Panel, Query, Row } from './panels.ts';

/** Grafana lays out in units: 24 to a row. */
const WIDTH = 24;
/** At most; a line with fewer panels is as wide. */
const PER_LINE = { stat: 6, timeseries: 3, table: 2 } as const;
const HEIGHT = { stat: 4, timeseries: 8, table: 8 } as const;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export function dashboardOf(rows: readonly Row[]) {
  return {
    uid: 'vault-lease-operator',
    title: 'Vault Lease Operator',
    tags: ['vault', 'secrets'],
    schemaVersion: 38,
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [datasourceVariable(), namespaceVariable()] },
    panels: laidOut(rows),
  };
}

function datasourceVariable() {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };
}

function namespaceVariable() {
  return {
    name: 'namespace',
    label: 'Namespace of the operator',
    type: 'query',
    datasource: DATASOURCE,
    query: 'label_values(vso_build_info, namespace)',
    refresh: 2,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function laidOut(rows: readonly Row[]): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push(rowOf(row, panels.length + 1, y));
    y += 1;
    for (const line of linesOf(row.panels)) {
      const w = WIDTH / line.panels.length;
      const h = Math.max(...line.panels.map(({ height }) => height ?? HEIGHT[line.kind]));
      for (const [index, panel] of line.panels.entries())
        panels.push(panelOf(panel, panels.length + 1, { x: index * w, y, w, h }));
      y += h;
    }
  }
  return panels;
}

interface Line {
  readonly kind: Panel['kind'];
  readonly panels: Panel[];
}

/** A new line for another kind, or when the line is full. */
function linesOf(panels: readonly Panel[]): readonly Line[] {
  const lines: Line[] = [];
  for (const panel of panels) {
    const last = lines.at(-1);
    const fits = last?.kind === panel.kind && last.panels.length < PER_LINE[panel.kind];
    if (fits) last.panels.push(panel);
    else lines.push({ kind: panel.kind, panels: [panel] });
  }
  return lines;
}

function rowOf({ title }: Row, id: number, y: number) {
  return { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: WIDTH, h: 1 } };
}

function panelOf(panel: Panel, id: number, gridPos: Place) {
  const { title, kind, note, queries, unit } = panel;
  return {
    id,
    type: kind,
    title,
    ...(note !== undefined && { description: note }),
    gridPos,
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit, ...thresholds(panel) }, overrides: [] },
    options: OPTIONS[kind],
    ...(kind === 'table' && { transformations: [organized(panel)] }),
    targets: queries.map((query, index) => targetOf(query, index, kind)),
  };
}

const OPTIONS = {
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
  timeseries: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
  table: { showHeader: true },
} as const;

function targetOf({ expr, legend }: Query, index: number, kind: Panel['kind']) {
  return {
    refId: String.fromCodePoint('A'.charCodeAt(0) + index),
    datasource: DATASOURCE,
    expr,
    ...(legend !== undefined && { legendFormat: legend }),
    ...(kind === 'table' && { format: 'table', instant: true }),
  };
}

/** All rows of a table are of one instant, which Grafana would repeat in each. */
function organized({ valueHeading }: Panel) {
  const options =
    valueHeading === undefined
      ? { excludeByName: { Time: true, Value: true }, renameByName: {} }
      : { excludeByName: { Time: true }, renameByName: { Value: valueHeading } };
  return { id: 'organize', options };
}

/** A stat without thresholds would get Grafana's own: red from 80 on. */
function thresholds({ kind, redFrom, redBelow }: Panel) {
  const at = redFrom ?? redBelow;
  if (at === undefined && kind !== 'stat') return {};
  if (at === undefined)
    return { thresholds: { mode: 'absolute', steps: [{ color: 'green', value: null }] } };
  const [below, above] = redFrom === undefined ? ['red', 'green'] : ['green', 'red'];
  const steps = [
    { color: below, value: null },
    { color: above, value: at },
  ];
  return { thresholds: { mode: 'absolute', steps } };
}
