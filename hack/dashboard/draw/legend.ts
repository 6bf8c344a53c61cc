/** The legend below a graph: the lines that say something, as many as there is room for, and how many are not named. */
import type { Series } from './figures.ts';
import { type Box, element, fitting, label, widthOf } from './svg.ts';

const SIZE = 10.5;
const LINE = 15;
const MOST_LINES = 4;
const SWATCH = 16;
const GAP = 12;

/** A series and the number of its colour. */
export interface Coloured {
  readonly series: Series;
  readonly colour: number;
}

interface Entry {
  readonly words: string;
  readonly colour: number | undefined;
}

export interface Legend {
  readonly lines: readonly (readonly Entry[])[];
  readonly height: number;
}

/** What was zero all the time is counted, not named: most counters are there from the start. */
export function legendOf(named: readonly Coloured[], zeros: number, width: number): Legend {
  const entries = named.map(({ series, colour }) => ({ words: series.name, colour }));
  for (let most = entries.length; ; most -= 1) {
    const shown = [...entries.slice(0, most), ...unnamed(named.length - most, zeros)];
    const lines = wrapped(shown, width);
    if (lines.length <= MOST_LINES) return { lines, height: lines.length * LINE };
  }
}

export function drawnLegend({ lines }: Legend, { x, y, w }: Box): string {
  return lines
    .map((line, index) => drawnLine(line, { x, y: y + index * LINE, w, h: LINE }))
    .join('');
}

function unnamed(more: number, zeros: number): readonly Entry[] {
  const words = [more > 0 ? `${more} more` : '', zeros > 0 ? `${zeros} at zero` : ''];
  const said = words.filter((each) => each !== '').join(', ');
  return said === '' ? [] : [{ words: said, colour: undefined }];
}

function wrapped(entries: readonly Entry[], width: number): readonly (readonly Entry[])[] {
  const lines: Entry[][] = [];
  let left = 0;
  for (const entry of entries) {
    const wide = widthOfEntry(entry);
    if (wide > left) {
      lines.push([]);
      left = width;
    }
    lines.at(-1)?.push(entry);
    left -= wide;
  }
  return lines;
}

function widthOfEntry({ words }: Entry): number {
  return SWATCH + widthOf(words, SIZE) + GAP;
}

function drawnLine(line: readonly Entry[], { x, y, w }: Box): string {
  let at = x;
  return line
    .map((entry) => {
      const from = at;
      at += widthOfEntry(entry);
      return drawnEntry(entry, { x: from, y, w: x + w - from, h: LINE });
    })
    .join('');
}

function drawnEntry({ words, colour }: Entry, { x, y, w }: Box): string {
  const said = fitting(words, w - SWATCH, SIZE);
  if (colour === undefined) return label(x, y + 11, said, 'small faint');
  const swatch = element('path', {
    d: `M${Math.round(x)} ${y + 7.5}h10`,
    class: `line ${lookOf(colour)}`,
  });
  return swatch + label(x + SWATCH, y + 11, said, 'small');
}

const COLOURS = 10;

/** After the tenth the colours begin anew, dashed. */
export function lookOf(colour: number): string {
  return `c${colour % COLOURS}${colour >= COLOURS ? ' dashed' : ''}`;
}
