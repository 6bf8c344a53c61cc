/**
 * `npm run dashboard`: pictures of the dashboard. The operator lives for some three minutes on the real servers, a
 * Prometheus scrapes it, and what the queries of the panels answer is drawn.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Scraped, startScraped } from '../../test/monitoring/scraped.ts';
import { tell } from '../sandbox/story.ts';
import { figuresOf } from './ask.ts';
import { BOARD } from './board.ts';
import type { Mark } from './draw/figures.ts';
import { picture, type Subject } from './draw/picture.ts';
import { innocent } from './innocent.ts';
import { FLAGS, Life } from './life.ts';
import { PICTURES } from './pictures.ts';

const ROOT = join(import.meta.dirname, '../..');
const NOTE =
  'Drawn by `npm run dashboard`: the queries of the dashboard, put to a Prometheus that scraped the operator on real servers. Not a screenshot of Grafana.';
const SCRAPE_SECONDS = 2;
const STEP = 2;

process.exit(await main());

async function main(): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  try {
    await scrapedAndDrawn(stopping.signal);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) console.error('Stopped; no picture was drawn.');
    else console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function scrapedAndDrawn(stopping: AbortSignal): Promise<void> {
  const scraped = await startScraped({ flags: FLAGS, scrapeSeconds: SCRAPE_SECONDS });
  try {
    await drawn(scraped, stopping);
  } finally {
    await scraped.close();
  }
}

async function drawn({ play, prometheus }: Scraped, stopping: AbortSignal): Promise<void> {
  const seconds = (): number => play.now() / 1_000;
  const life = await Life.prepared(play);
  await play.until('Prometheus knows the operator', async () => {
    return (await prometheus.query('vso_build_info')).length > 0;
  });
  const start = seconds();
  const marks = await lived(life, () => seconds() - start, stopping);
  const range = { start, end: seconds(), step: STEP };
  const asked = { prometheus, range, scrapeSeconds: SCRAPE_SECONDS };
  const figures = await figuresOf(BOARD, { ...asked, namespace: play.operatorNamespace });
  const span = { length: range.end - start, step: STEP };
  await written({ figures, course: { span, marks }, note: NOTE }, await life.secrets());
}

async function written(subject: Omit<Subject, 'board'>, secrets: readonly string[]): Promise<void> {
  for (const [path, board] of Object.entries(PICTURES)) {
    const svg = innocent(picture({ ...subject, board }), secrets);
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), svg);
    console.log(`written: ${path}`);
  }
}

/** When each chapter began, in seconds. */
async function lived(life: Life, now: () => number, stopping: AbortSignal): Promise<Mark[]> {
  const marks: Mark[] = [];
  const narrator = {
    begin: (title: string) => {
      marks.push({ at: now(), title });
      console.log(`- ${title}`);
    },
    done: () => {},
  };
  await tell(life.chapters(), narrator, stopping);
  return marks;
}
