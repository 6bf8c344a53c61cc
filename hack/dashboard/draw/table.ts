/** A panel of rows: the labels of each series and its value. */
import type { Panel } from '../board.ts';
import { lastOf } from './axis.ts';
import type { Series } from './figures.ts';
import { type Box, element, fitting, label, short } from './svg.ts';
import { said, scaleOf } from './unit.ts';

const TITLE = 34;
const LINE = 22;
const EDGE = 12;
const SIZE = 10.5;
const VALUE = 'Value';

export function drawnTable(panel: Panel, series: readonly Series[], box: Box): string {
  const columns = columnsOf(panel, series);
  const most = Math.floor((box.h - TITLE - LINE) / LINE);
  const shown = series.length > most ? series.slice(0, most - 1) : series;
  const rows = shown.map((each) => columns.map(({ cell }) => cell(each)));
  const more = series.length > shown.length ? [[`${series.length - shown.length} more`]] : [];
  return [
    drawnRow(
      columns.map(({ heading }) => heading),
      0,
      { box, count: columns.length, look: 'faint' },
    ),
    ...[...rows, ...more].map((cells, index) =>
      drawnRow(cells, index + 1, { box, count: columns.length, look: '' }),
    ),
  ].join('');
}

interface Column {
  readonly heading: string;
  readonly cell: (series: Series) => string;
}

/** As the panel orders them; time is no column of ours, as all rows are of one instant. */
function columnsOf(
  { fieldConfig, transformations }: Panel,
  series: readonly Series[],
): readonly Column[] {
  const unit = fieldConfig?.defaults.unit ?? '';
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
  const { excludeByName = {}, renameByName = {} } = transformations?.[0]?.options ?? {};
  return [...names, VALUE]
    .filter((name) => !excludeByName[name])
    .map((name) => ({
      heading: renameByName[name] ?? name,
      cell: (each) => (name === VALUE ? valueOf(each, unit) : (each.labels[name] ?? '')),
    }));
}

function valueOf({ points }: Series, unit: string): string {
  const value = lastOf(points) ?? Number.NaN;
  return said(value, scaleOf(unit, value));
}

interface Frame {
  readonly box: Box;
  readonly count: number;
  readonly look: string;
}

function drawnRow(cells: readonly string[], index: number, { box, count, look }: Frame): string {
  const y = box.y + TITLE + index * LINE;
  const wide = (box.w - 2 * EDGE) / count;
  const words = cells.map((cell, column) =>
    label(box.x + EDGE + column * wide, y + 11, fitting(cell, wide - 6, SIZE), `small ${look}`),
  );
  const d = `M${short(box.x + EDGE)} ${short(y + LINE - 5)}h${short(box.w - 2 * EDGE)}`;
  return words.join('') + element('path', { d, class: 'grid' });
}
