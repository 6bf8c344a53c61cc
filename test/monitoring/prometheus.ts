/** A Prometheus on loopback that scrapes one target and judges the alert rules. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Guard } from '../../hack/real/guard.ts';
import { reservePort } from '../../hack/real/ports.ts';
import { ServerProcess } from '../../hack/real/server-process.ts';
import { ruleFile } from './alert-rules.ts';
import { needs } from './programs.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Course {
  readonly labels: Readonly<Record<string, string>>;
  /** Instants in epoch seconds, and values. */
  readonly values: readonly (readonly [at: number, value: number])[];
}

export interface Range {
  /** Epoch seconds. */
  readonly start: number;
  readonly end: number;
  /** Seconds. */
  readonly step: number;
}

export interface RuleHealth {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

export interface Prometheus {
  /** An instant query, now or at epoch seconds; rejects when Prometheus does not accept it. */
  query(expr: string, at?: number): Promise<readonly Sample[]>;
  /** A range query. */
  course(expr: string, range: Range): Promise<readonly Course[]>;
  rules(): Promise<readonly RuleHealth[]>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  readonly guard: Guard;
  readonly folder: string;
  /** Of what is scraped, on loopback. */
  readonly targetPort: number;
  /** What a ServiceMonitor would tell of the pod. */
  readonly targetLabels: Readonly<Record<string, string>>;
  readonly scrapeSeconds: number;
}

interface Answer<Data> {
  readonly status: string;
  readonly error?: string;
  readonly data: Data;
}

type Vector = readonly {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}[];

type Matrix = readonly {
  readonly metric: Record<string, string>;
  readonly values: readonly (readonly [number, string])[];
}[];

/** Resolves when it answers. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  await needs('prometheus');
  const listen = await reservePort();
  const url = `http://127.0.0.1:${listen.port}`;
  const server = await launched(options, listen.port);
  await listen.release();
  server.start();
  await server.until('ready', async () => (await fetch(`${url}/-/ready`)).ok);

  async function ask<Data>(path: string): Promise<Data> {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  return {
    query: async (expr, at) => {
      const asked = questions({ query: expr, ...(at !== undefined && { time: at }) });
      const { result } = await ask<{ result: Vector }>(`query?${asked}`);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    course: async (expr, range) => {
      const asked = questions({ query: expr, ...range });
      const { result } = await ask<{ result: Matrix }>(`query_range?${asked}`);
      return result.map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([at, value]) => [at, Number(value)]),
      }));
    },
    rules: async () => {
      const { groups } = await ask<{ groups: { rules: RuleHealth[] }[] }>('rules');
      return groups.flatMap(({ rules }) => rules);
    },
    stop: () => server.terminate(),
  };
}

function questions(fields: Readonly<Record<string, string | number>>): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) asked.set(name, String(value));
  return asked.toString();
}

async function launched(options: PrometheusOptions, port: number): Promise<ServerProcess> {
  const folder = join(options.folder, 'prometheus');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'rules.yaml'), ruleFile());
  await writeFile(join(folder, 'prometheus.yaml'), stringify(configOf(options)));
  const launch = {
    name: 'prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${folder}/prometheus.yaml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    folder,
    log: join(folder, 'log'),
  };
  return new ServerProcess(launch, options.guard);
}

function configOf({ targetPort, targetLabels, scrapeSeconds }: PrometheusOptions) {
  const target = { targets: [`127.0.0.1:${targetPort}`], labels: targetLabels };
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'operator', static_configs: [target] }],
  };
}
