/** Elements of SVG as text. Promises that no words of others become markup, and the same text for the same figures. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

type Attributes = Readonly<Record<string, string | number>>;

export function element(
  name: string,
  attributes: Attributes,
  ...inside: readonly string[]
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escaped(value)}"`,
  );
  const start = `<${name}${written.join('')}`;
  return inside.length === 0 ? `${start}/>` : `${start}>${inside.join('')}</${name}>`;
}

/** The words at a baseline; `looks` are classes of the style. */
export function label(x: number, y: number, words: string, looks: string): string {
  return element('text', { x, y, class: looks }, escaped(words));
}

export function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A tenth of a pixel is enough. */
export function short(length: number): string {
  return String(Math.round(length * 10) / 10);
}

/** In ems of a wide sans serif face, as nobody knows which one the reader has. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijltfr.,:;'|/()[\] ]/u, 0.38],
  [/[mwMW%@…]/u, 0.95],
  [/[A-Z]/u, 0.7],
];
const OTHER_WIDTH = 0.6;

export function widthOf(words: string, size: number): number {
  let ems = 0;
  for (const letter of words)
    ems += WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? OTHER_WIDTH;
  return size * ems;
}

/** The words, or as many as there is room for. */
export function fitting(words: string, room: number, size: number): string {
  if (widthOf(words, size) <= room) return words;
  let end = words.length;
  while (end > 0 && widthOf(`${words.slice(0, end)}…`, size) > room) end -= 1;
  return `${words.slice(0, end).trimEnd()}…`;
}
