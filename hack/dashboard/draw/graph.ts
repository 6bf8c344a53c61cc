/** A panel of lines over time. */
import type { Panel } from '../board.ts';
import { type Axis, timeAxis, valueAxis } from './axis.ts';
import type { Mark, Series, Span } from './figures.ts';
import { drawnLegend, legendOf, lookOf } from './legend.ts';
import { acrossOf, heightOf, type Plot, pathOf } from './path.ts';
import { type Box, element, label, short, widthOf } from './svg.ts';

/** With the numbers of the marks below it. */
const TITLE = 45;
const EDGE = 12;
const TIMES = 18;
const BELOW = 8;
const TICK_SIZE = 10;

/** What all graphs of a picture have in common. */
export interface Course {
  readonly span: Span;
  readonly marks: readonly Mark[];
}

export function drawnGraph(
  panel: Panel,
  series: readonly Series[],
  box: Box,
  { span, marks }: Course,
): string {
  const named = series.filter(saysSomething).map((each, colour) => ({ series: each, colour }));
  const zeros = series.filter((each) => !saysSomething(each));
  const room = { ...box, x: box.x + EDGE, w: box.w - 2 * EDGE };
  const legend = legendOf(named, zeros.length, room.w);
  const values = valueAxis(series, panel.fieldConfig?.defaults.unit ?? '');
  const plot = plotIn({ ...room, h: room.h - legend.height }, values, span);
  return [
    grid(plot),
    marked(marks, plot),
    ...zeros.slice(0, 1).map((each) => line(each, 'zero', plot)),
    ...named.toReversed().map(({ series: each, colour }) => line(each, lookOf(colour), plot)),
    drawnLegend(legend, { ...room, y: plot.y + plot.h + TIMES }),
  ].join('');
}

/** Between the words of the axes. */
function plotIn(room: Box, values: Axis, { length, step }: Span): Plot {
  const margin = Math.max(...values.ticks.map(({ words }) => widthOf(words, TICK_SIZE))) + 6;
  return {
    x: room.x + margin,
    y: room.y + TITLE,
    w: room.w - margin,
    h: room.h - TITLE - TIMES - BELOW,
    time: timeAxis(length),
    values,
    step,
  };
}

function grid(plot: Plot): string {
  const across = plot.values.ticks.map(({ at }) => {
    return `M${short(plot.x)} ${short(heightOf(plot, at))}h${short(plot.w)}`;
  });
  const heights = plot.values.ticks.map(({ at, words }) =>
    label(plot.x - 6, heightOf(plot, at) + 3.5, words, 'tick end'),
  );
  const times = plot.time.ticks.map(({ at, words }) =>
    label(acrossOf(plot, at), plot.y + plot.h + 14, words, 'tick middle'),
  );
  return [element('path', { d: across.join(''), class: 'grid' }), ...heights, ...times].join('');
}

/** Numbered as in the head. */
function marked(marks: readonly Mark[], plot: Plot): string {
  const places = marks.map(({ at }) => acrossOf(plot, at));
  const lines = places.map((x) => `M${short(x)} ${short(plot.y)}v${short(plot.h)}`);
  const numbers = places.map((x, index) => label(x, plot.y - 5, String(index + 1), 'tick middle'));
  return [element('path', { d: lines.join(''), class: 'mark' }), ...numbers].join('');
}

function saysSomething({ points }: Series): boolean {
  return points.some(([, value]) => value !== 0);
}

function line({ points }: Series, look: string, plot: Plot): string {
  return element('path', { d: pathOf(points, plot), class: `line ${look}` });
}
