/** The operator on the real servers, and a Prometheus that scrapes it. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Guard } from '../../hack/real/guard.ts';
import { reservePort } from '../../hack/real/ports.ts';
import { buildRealStage } from '../stage/real-stage.ts';
import type { Stage } from '../stage/stage.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

export interface Scraped {
  readonly play: Stage;
  readonly prometheus: Prometheus;
  close(): Promise<void>;
}

export interface ScrapedOptions {
  /** Of the operator. */
  readonly flags: readonly string[];
  readonly scrapeSeconds: number;
}

/** What was started until something fails is stopped again. */
export async function startScraped({ flags, scrapeSeconds }: ScrapedOptions): Promise<Scraped> {
  await using parts = new AsyncDisposableStack();
  const guard = parts.adopt(new Guard(), (each) => each.end());
  const folder = await mkdtemp(join(tmpdir(), 'vlo-scraped-'));
  guard.removeAtEnd(folder);
  const play = parts.adopt(await buildRealStage(), (each) => each.close());
  const port = await reservePort();
  await port.release();
  const address = `--metrics-bind-address=127.0.0.1:${port.port}`;
  await play.operator.start({ args: [...flags, address] });
  const targetLabels = { namespace: play.operatorNamespace, pod: 'operator-0' };
  const target = { targetPort: port.port, targetLabels, scrapeSeconds };
  const prometheus = parts.adopt(await startPrometheus({ guard, folder, ...target }), (each) =>
    each.stop(),
  );
  const kept = parts.move();
  return { play, prometheus, close: () => kept.disposeAsync() };
}
