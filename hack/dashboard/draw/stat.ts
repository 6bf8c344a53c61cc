/** A panel of one value: the last one, in the colour of its threshold, above how it came to be. */
import type { Panel, Threshold } from '../board.ts';
import { lastOf, timeAxis, valueAxis } from './axis.ts';
import type { Series, Span } from './figures.ts';
import { areaOf, type Plot, pathOf } from './path.ts';
import { type Box, element, label } from './svg.ts';
import { said, scaleOf } from './unit.ts';

const TITLE = 30;
const SPARK = 26;
const COLOURS = ['green', 'red'];

export function drawnStat(panel: Panel, [series]: readonly Series[], box: Box, span: Span): string {
  const { unit = '', thresholds } = panel.fieldConfig?.defaults ?? {};
  const points = series?.points ?? [];
  const value = lastOf(points) ?? Number.NaN;
  const look = colourAt(value, thresholds?.steps ?? []);
  const middle = box.y + (box.h - SPARK + TITLE) / 2 + 10;
  const plot: Plot = {
    ...{ x: box.x + 1, y: box.y + box.h - SPARK, w: box.w - 2, h: SPARK - 1 },
    time: timeAxis(span.length),
    values: valueAxis(series ? [series] : [], unit),
    step: span.step,
  };
  return [
    element('path', { d: areaOf(points, plot), class: `area ${look}` }),
    element('path', { d: pathOf(points, plot), class: `line ${look}` }),
    label(box.x + box.w / 2, middle, said(value, scaleOf(unit, value)), `figure middle ${look}`),
  ].join('');
}

/** The colour of the last step that is not above the value. */
function colourAt(value: number, steps: readonly Threshold[]): string {
  const step = steps.findLast((each) => each.value === null || each.value <= value);
  if (step && COLOURS.includes(step.color)) return step.color;
  throw new Error(`nobody knows the colour of ${value}: ${step?.color ?? 'no threshold says it'}`);
}
