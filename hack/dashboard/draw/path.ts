/** A series as the path of a line within a box. Where figures are missing the line is, too. */
import type { Axis } from './axis.ts';
import type { Point } from './figures.ts';
import { type Box, short } from './svg.ts';

export interface Plot extends Box {
  readonly time: Axis;
  readonly values: Axis;
  /** Seconds between two points that belong together. */
  readonly step: number;
}

export function acrossOf({ x, w, time }: Plot, at: number): number {
  return x + (w * (at - time.low)) / (time.high - time.low);
}

export function heightOf({ y, h, values }: Plot, value: number): number {
  return y + h - (h * (value - values.low)) / (values.high - values.low);
}

/** Each piece from its first point to its last; one that is a single point becomes a dot of the line's width. */
export function pathOf(points: readonly Point[], plot: Plot): string {
  return piecesOf(points, plot.step)
    .map((piece) => drawn(withoutFlats(piece), plot))
    .join('');
}

/** The same, closed along the bottom. */
export function areaOf(points: readonly Point[], plot: Plot): string {
  const bottom = short(plot.y + plot.h);
  const pieces = piecesOf(points, plot.step);
  return pieces
    .map((piece) => {
      const [begin, end] = [piece[0]?.[0] ?? 0, piece.at(-1)?.[0] ?? 0];
      const line = drawn(withoutFlats(piece), plot).replace('M', 'L');
      return `M${short(acrossOf(plot, begin))} ${bottom}${line}L${short(acrossOf(plot, end))} ${bottom}Z`;
    })
    .join('');
}

function piecesOf(points: readonly Point[], step: number): readonly Point[][] {
  const pieces: Point[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (point[0] - last > step * 1.5) pieces.push([]);
    pieces.at(-1)?.push(point);
    last = point[0];
  }
  return pieces;
}

/** Where a line is level its ends say it all. */
function withoutFlats(points: readonly Point[]): readonly Point[] {
  return points.filter(
    ([, value], index) => value !== points[index - 1]?.[1] || value !== points[index + 1]?.[1],
  );
}

function drawn(points: readonly Point[], plot: Plot): string {
  const places = points.map(
    ([at, value]) => `${short(acrossOf(plot, at))} ${short(heightOf(plot, value))}`,
  );
  return `M${places.join('L')}${points.length === 1 ? 'h0' : ''}`;
}
