/**
 * What a call through our transport costs beside the same call over bare undici: CPU of this process per call, in
 * alternating rounds of one run, so that a loaded machine changes the figures and hardly their ratio.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { Agent, request } from 'undici';
import type { ClusterAccess } from '../../src/kube/cluster-access.ts';
import { Transport } from '../../src/kube/transport.ts';
import { SystemClock } from '../../src/runtime/clock.ts';
import { seal } from '../../src/runtime/sealed.ts';
import type { Row } from './table.ts';

const SERVER = join(import.meta.dirname, 'answering-server.ts');
const ROUNDS = 9;
const CALLS_PER_ROUND = 4_000;
const AT_ONCE = 16;
const TOKEN = 'x'.repeat(900);

type Call = () => Promise<unknown>;

export async function measureKubernetesCalls(say: (text: string) => void): Promise<Row> {
  const child = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const { port, cert } = await announced(child);
    const url = `https://127.0.0.1:${port}`;
    say(`${ROUNDS} rounds of ${CALLS_PER_ROUND} calls each way`);
    return await compare(url, cert);
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

async function announced(child: ChildProcess): Promise<{ port: number; cert: string }> {
  const [line] = await once(child.stdout ?? child, 'data');
  return JSON.parse(String(line));
}

async function compare(url: string, ca: string): Promise<Row> {
  const agent = new Agent({ connections: AT_ONCE, connect: { ca } });
  const transport = new Transport({
    access: accessOf(url, ca),
    clock: new SystemClock(),
    userAgent: 'bench',
  });
  const { signal } = new AbortController();
  const typed = transport.typed(CoreV1Api, signal);
  const ways: Record<string, Call> = {
    bare: async () => {
      const path = '/api/v1/namespaces/shop/secrets/app';
      const answer = await request(url + path, {
        dispatcher: agent,
        headers: { accept: 'application/json', authorization: `Bearer ${TOKEN}` },
      });
      return answer.body.json();
    },
    raw: () =>
      transport.raw(
        {
          verb: 'get',
          route: { group: '', version: 'v1', plural: 'secrets' },
          namespace: 'shop',
          name: 'app',
        },
        signal,
      ),
    typed: () => typed.readNamespacedSecret({ namespace: 'shop', name: 'app' }),
  };
  const spent = await rounds(ways);
  await Promise.all([agent.close(), transport.close()]);
  return rowOf(spent);
}

function accessOf(server: string, ca: string): ClusterAccess {
  const headers = seal({ authorization: `Bearer ${TOKEN}` });
  const credentials = async () => ({ headers, tls: seal({ ca }) });
  return { server, proxyUrl: undefined, namespace: undefined, credentials };
}

/** Microseconds of CPU per call, of each way in each round; the first round warms up and is not kept. */
async function rounds(ways: Readonly<Record<string, Call>>): Promise<Record<string, number[]>> {
  const spent: Record<string, number[]> = {};
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [name, call] of Object.entries(ways)) {
      const cost = await costOf(call);
      if (round > 0) (spent[name] ??= []).push(cost);
    }
  return spent;
}

async function costOf(call: Call): Promise<number> {
  const before = process.cpuUsage();
  let left = CALLS_PER_ROUND;
  const worker = async (): Promise<void> => {
    for (; left > 0; left -= 1) await call();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS_PER_ROUND;
}

function rowOf({ bare = [], raw = [], typed = [] }: Record<string, number[]>): Row {
  const times = (way: readonly number[]): number =>
    median(way.map((cost, round) => cost / (bare[round] ?? Number.NaN)));
  return {
    what: 'Kubernetes call, CPU beside bare undici',
    budget: 'at most 1.5 ×',
    figures: [
      { name: 'our own resources', value: times(raw), unit: ' ×', most: 1.5 },
      { name: "client-node's API classes", value: times(typed), unit: ' ×', most: 1.5 },
      { name: 'per bare call', value: median(bare), unit: ' µs' },
    ],
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
