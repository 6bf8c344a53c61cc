/** What was measured beside what was promised, as a Markdown table. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Written after the value. */
  readonly unit?: string;
  /** The budget; without one the figure is told and not judged. */
  readonly most?: number;
  /** A count, the same on every machine. Others depend on the machine and its load, and fail nothing. */
  readonly isCount?: boolean;
}

export interface Row {
  readonly what: string;
  readonly budget: string;
  readonly figures: readonly Figure[];
  /** What the figures consist of. */
  readonly note?: string;
}

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const cells = [row.what, row.budget, measured(row), verdict(row), row.note ?? ''];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| what | budget | measured | verdict | of which |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** Rows that went over a budget in calls. */
export function broken(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ figures }) => figures.some((figure) => figure.isCount && isOver(figure)));
}

function measured({ figures }: Row): string {
  return figures.map(({ name, value, unit = '' }) => `${rounded(value)}${unit} ${name}`).join(', ');
}

function verdict({ figures }: Row): string {
  const over = figures.filter(isOver);
  if (over.length === 0) return 'kept';
  return over.some(({ isCount }) => isCount) ? '**over**' : 'over';
}

/** NaN is over: nothing was measured. */
function isOver({ value, most }: Figure): boolean {
  return most !== undefined && !(value <= most);
}

function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
