/**
 * The dashboard as its JSON has it, and its queries as Grafana would ask them. Promises that a panel of a type that
 * nobody draws, or a variable that only Grafana knows, fails here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PATH = '../../config/components/dashboard/vault-lease-operator.json';
const TYPES = ['row', 'stat', 'timeseries', 'table'] as const;

/** In Grafana's units, 24 to a row. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Threshold {
  readonly color: string;
  /** null: from the lowest value on. */
  readonly value: number | null;
}

export interface Target {
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
}

/** Which columns a table leaves out, and how it heads others. */
interface Organized {
  readonly excludeByName: Readonly<Record<string, boolean>>;
  readonly renameByName: Readonly<Record<string, string>>;
}

export interface Panel {
  readonly id: number;
  readonly type: (typeof TYPES)[number];
  readonly title: string;
  readonly gridPos: Place;
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly thresholds?: { readonly steps: readonly Threshold[] };
    };
  };
  readonly transformations?: readonly { readonly id: 'organize'; readonly options: Organized }[];
}

export interface Board {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export const BOARD = boardOf(readFileSync(join(import.meta.dirname, PATH), 'utf8'));

export function boardOf(json: string): Board {
  const board: Board = JSON.parse(json);
  const strange = board.panels.find(({ type }) => !TYPES.includes(type));
  if (strange)
    throw new Error(`the panel ${strange.title} is a ${strange.type}: nobody draws that`);
  return board;
}

/** The rows with these titles and what is in them, moved up to the top. */
export function excerpt({ title, panels }: Board, rows: readonly string[]): Board {
  const kept: Panel[] = [];
  let y = 0;
  for (const [row, ...inside] of rowsOf(panels)) {
    if (!row || !rows.includes(row.title)) continue;
    const up = row.gridPos.y - y;
    const moved = [row, ...inside].map((panel) => movedUp(panel, up));
    kept.push(...moved);
    y = bottomOf(moved);
  }
  return { title, panels: kept };
}

export function bottomOf(panels: readonly Panel[]): number {
  return Math.max(0, ...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
}

/** What stands for the variables of a query. */
export interface Variables {
  readonly namespace: string;
  /** A duration, such as 1m. */
  readonly rateInterval: string;
}

/** As Prometheus takes it. */
export function asked(expr: string, { namespace, rateInterval }: Variables): string {
  const query = expr
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$namespace', namespace);
  if (query.includes('$')) throw new Error(`a variable that only Grafana knows is left: ${query}`);
  return query;
}

function rowsOf(panels: readonly Panel[]): readonly Panel[][] {
  const rows: Panel[][] = [];
  for (const panel of panels)
    if (panel.type === 'row' || rows.length === 0) rows.push([panel]);
    else rows.at(-1)?.push(panel);
  return rows;
}

function movedUp(panel: Panel, by: number): Panel {
  return { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y - by } };
}
