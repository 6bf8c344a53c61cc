/** Asks Prometheus what Grafana would ask for each panel, over the time of the picture. */
import type { Course, Prometheus, Range } from '../../test/monitoring/prometheus.ts';
import { asked, type Board, type Panel, type Target, type Variables } from './board.ts';
import type { Figures, Point, Series } from './draw/figures.ts';

export interface Questions {
  readonly prometheus: Prometheus;
  readonly range: Range;
  readonly scrapeSeconds: number;
  /** Of the operator. */
  readonly namespace: string;
}

export async function figuresOf({ panels }: Board, questions: Questions): Promise<Figures> {
  const variables = {
    namespace: questions.namespace,
    rateInterval: `${rateInterval(questions)}s`,
  };
  const answers = panels.map(
    async (panel) => [panel.id, await answered(panel, questions, variables)] as const,
  );
  return new Map(await Promise.all(answers));
}

/** In seconds, as Grafana's documentation defines $__rate_interval: four scrapes, or one beyond a step if that is longer. */
function rateInterval({ range, scrapeSeconds }: Questions): number {
  return Math.max(range.step + scrapeSeconds, 4 * scrapeSeconds);
}

async function answered(
  { targets = [] }: Panel,
  questions: Questions,
  variables: Variables,
): Promise<readonly Series[]> {
  const all = await Promise.all(
    targets.map((target) => seriesOf(target, asked(target.expr, variables), questions)),
  );
  return all.flat();
}

async function seriesOf(
  target: Target,
  query: string,
  { prometheus, range }: Questions,
): Promise<readonly Series[]> {
  if (target.instant) {
    const samples = await prometheus.query(query, range.end);
    const at = range.end - range.start;
    return samples.map(({ labels, value }) => ({ name: '', labels, points: [[at, value]] }));
  }
  const courses = await prometheus.course(query, range);
  const series = courses.map(({ labels, values }) => ({
    name: legendOf(target, labels),
    labels,
    points: numbers(values, range.start),
  }));
  return series.filter(({ points }) => points.length > 0);
}

/** A quantile of nothing is no number. */
function numbers(values: Course['values'], start: number): readonly Point[] {
  return values
    .filter(([, value]) => Number.isFinite(value))
    .map(([at, value]) => [at - start, value]);
}

/** Label names between braces become values, none when the series has no such label. */
export function legendOf(
  { legendFormat = '' }: Target,
  labels: Readonly<Record<string, string>>,
): string {
  return legendFormat.replaceAll(/\{\{\s*(\w+)\s*\}\}/gu, (_, name: string) => labels[name] ?? '');
}
