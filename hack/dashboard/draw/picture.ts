/**
 * The whole board as one SVG, in the dashboard's own layout. Pure: figures in, text out. Knows neither Prometheus nor
 * where the figures come from.
 */
import { type Board, bottomOf, type Panel } from '../board.ts';
import { clock } from './axis.ts';
import type { Figures, Mark, Series } from './figures.ts';
import { type Course, drawnGraph } from './graph.ts';
import { drawnStat } from './stat.ts';
import { STYLE } from './style.ts';
import { type Box, element, escaped, fitting, label } from './svg.ts';
import { drawnTable } from './table.ts';

/** Pixels of one of Grafana's units. */
const UNIT = { w: 50, h: 30 };
const COLUMNS = 24;
const GAP = 8;
const EDGE = 12;
const HEAD = 76;
const MARK_LINE = 18;
const MARKS_IN_A_LINE = 3;
const TITLE_SIZE = 12;
const NOTE_SIZE = 12;
/** Not joined with others, as plain ones are. */
const WIDE_SPACE = '\u2002';

export interface Subject {
  readonly board: Board;
  readonly figures: Figures;
  readonly course: Course;
  /** What this is, for those who look at it. */
  readonly note: string;
}

export function picture({ board, figures, course, note }: Subject): string {
  const top = HEAD + Math.ceil(course.marks.length / MARKS_IN_A_LINE) * MARK_LINE;
  const [w, h] = [COLUMNS * UNIT.w + 2 * GAP, top + bottomOf(board.panels) * UNIT.h + GAP];
  const panels = board.panels.map((panel) =>
    DRAWERS[panel.type](panel, figures.get(panel.id) ?? [], placed(panel, top), course),
  );
  const size = { viewBox: `0 0 ${w} ${h}`, width: w, height: h, role: 'img' };
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size },
    `\n<title>${escaped(board.title)}: ${escaped(note)}</title>`,
    `\n<style>\n${STYLE}\n</style>\n`,
    element('rect', { class: 'page', width: w, height: h, rx: 6 }),
    head(board.title, note, course.marks),
    ...panels.map((panel) => `\n${panel}`),
    '\n',
  )}\n`;
}

function head(title: string, note: string, marks: readonly Mark[]): string {
  const wide = (COLUMNS * UNIT.w) / MARKS_IN_A_LINE;
  const told = marks.map((mark, index) => {
    const [column, line] = [index % MARKS_IN_A_LINE, Math.floor(index / MARKS_IN_A_LINE)];
    const words = [index + 1, clock(mark.at), mark.title].join(WIDE_SPACE);
    return label(
      EDGE + column * wide,
      HEAD + line * MARK_LINE,
      fitting(words, wide - EDGE, NOTE_SIZE),
      'note',
    );
  });
  return [label(EDGE, 32, title, 'head'), label(EDGE, 53, note, 'note faint'), ...told].join('');
}

function placed({ gridPos }: Panel, top: number): Box {
  return {
    x: GAP + gridPos.x * UNIT.w + GAP / 2,
    y: top + gridPos.y * UNIT.h + GAP / 2,
    w: gridPos.w * UNIT.w - GAP,
    h: gridPos.h * UNIT.h - GAP,
  };
}

type Drawer = (panel: Panel, series: readonly Series[], box: Box, course: Course) => string;

const DRAWERS: Readonly<Record<Panel['type'], Drawer>> = {
  row: ({ title }, _, { x, y }) => label(x + 4, y + 17, title, 'title row'),
  stat: framed((panel, series, box, { span }) => drawnStat(panel, series, box, span)),
  table: framed(drawnTable),
  timeseries: framed(drawnGraph),
};

function framed(content: Drawer): Drawer {
  return (panel, series, box, course) => {
    const { x, y, w, h } = box;
    const frame = element('rect', { class: 'panel', x, y, width: w, height: h, rx: 3 });
    const title = label(x + EDGE, y + 19, fitting(panel.title, w - EDGE, TITLE_SIZE), 'title');
    const nothing = label(x + w / 2, y + h / 2 + 8, 'No data', 'note faint middle');
    return frame + title + (series.length === 0 ? nothing : content(panel, series, box, course));
  };
}
