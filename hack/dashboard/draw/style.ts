/** How the picture looks, by day and by night. */

interface Tones {
  readonly page: string;
  readonly panel: string;
  readonly edge: string;
  readonly grid: string;
  readonly words: string;
  readonly faint: string;
  readonly green: string;
  readonly red: string;
}

const DAY: Tones = {
  page: '#f4f5f5',
  panel: '#ffffff',
  edge: '#e1e4e8',
  grid: '#eaecef',
  words: '#24292e',
  faint: '#6a737d',
  green: '#1a7f37',
  red: '#cf222e',
};
const NIGHT: Tones = {
  page: '#111217',
  panel: '#181b1f',
  edge: '#2c3036',
  grid: '#272b31',
  words: '#d5d8dc',
  faint: '#98a1ab',
  green: '#56b366',
  red: '#f47067',
};

/** Seen on white and on black, and apart from each other also by those who see few colours. */
const COLOURS = [
  '#3f8fd2',
  '#e0801f',
  '#2f9e6e',
  '#c44fb0',
  '#b89a00',
  '#d9483b',
  '#7a6fd6',
  '#1aa3b8',
  '#8a6d4f',
  '#7d8894',
];

export const STYLE = [
  'text{font:10.5px system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif}',
  '.tick{font-size:10px}.title{font-size:12px;font-weight:500}.row{font-weight:600}.head{font-size:20px;font-weight:600}',
  '.figure{font-size:30px;font-weight:600}.note{font-size:12px}.middle{text-anchor:middle}.end{text-anchor:end}',
  '.line,.grid,.mark{fill:none}.line{stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}',
  '.grid{stroke-width:1}.mark{stroke-width:1;stroke-dasharray:2 3}.dashed{stroke-dasharray:5 3}.area{fill-opacity:.15}',
  ...COLOURS.map((colour, index) => `.c${index}{stroke:${colour}}`),
  tones(DAY),
  `@media (prefers-color-scheme:dark){${tones(NIGHT)}}`,
].join('\n');

function tones({ page, panel, edge, grid, words, faint, green, red }: Tones): string {
  return [
    `.page{fill:${page}}.panel{fill:${panel};stroke:${edge}}.grid{stroke:${grid}}`,
    `text{fill:${words}}.faint,.tick{fill:${faint}}.mark,.zero{stroke:${faint}}`,
    ...Object.entries({ green, red }).map(
      ([name, tone]) => `.line.${name}{stroke:${tone}}.area.${name},.figure.${name}{fill:${tone}}`,
    ),
  ].join('');
}
