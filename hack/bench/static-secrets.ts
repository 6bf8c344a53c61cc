/** The rows about static secrets: many created at once, left alone, changed, and met again by a new process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Tenant, tenant } from '../../test/stage/tenant.ts';
import { writesCounted } from './api-server-metrics.ts';
import { bareReadCpuMs, bareSeconds } from './bare-calls.ts';
import { kubernetesCaller } from './callers.ts';
import { minus, perOne, sumOf } from './calls.ts';
import { many } from './crowd.ts';
import { between, type Ground, type Sample } from './ground.ts';
import { createDeployment, createStaticSecret, writeValue } from './static-objects.ts';
import type { Row } from './table.ts';

const WATCHED_FOR_MS = 60_000;
/** Those whose value changes; each has a Deployment to restart. */
const MOST_CHANGED = 50;
/** The object that makes the operator log in before anything is counted. */
const WARM_UP = 1_000_000;
const WARM_BARE_CALLS = 200;

const READS = /^read kv$/u;
const NEW_SECRETS = /^create secrets$/u;
const STATUSES = /^patch vaultstaticsecrets$/u;
const RESTARTS = /^patch deployments$/u;
const EVENTS = /^create events$/u;
/** A TokenRequest writes nothing. */
const WRITES = /^(?:create|update|patch|delete) (?!events$|serviceaccounts$)/u;

/** Each is refreshed at 80 % to 90 % of it: not before all are synced. */
function refreshAfter(count: number): string {
  return `${Math.max(30, Math.ceil(count / 40))}s`;
}

interface Plan {
  readonly ground: Ground;
  readonly home: Tenant;
  readonly count: number;
  readonly changed: number;
}

/** Leaves the operator stopped. */
export async function measureStaticSecrets(
  ground: Ground,
  count: number,
  say: (text: string) => void,
): Promise<Row[]> {
  const home = await tenant(ground);
  const plan = { ground, home, count, changed: Math.min(count, MOST_CHANGED) };
  await prepare(plan);
  say(`${count} VaultStaticSecrets at once`);
  const { sample: first, seconds, miscounted } = await createAll(plan);
  say(`refreshes of unchanged data for ${WATCHED_FOR_MS / 1_000} s`);
  const refreshes = await leaveAlone(ground);
  const residentMiB = await ground.residentMiB();
  say(`${plan.changed} values change`);
  const changes = await change(plan);
  say(`kill -9 and restart with ${count} healthy VaultStaticSecrets`);
  const restart = await killAndRestart(plan);
  await ground.kill();
  say('the bare HTTP calls');
  const bare = await bareRun(plan);
  const pace = sumOf(refreshes.vault, READS) / (WATCHED_FOR_MS / 1_000);
  const bareReadMs = await bareReadCpuMs(ground, home, pace);
  return [
    refreshRow(refreshes),
    firstRow(first, miscounted, count),
    changedRow(changes, plan.changed),
    restartRow(restart, count),
    timeRow(seconds, bare, count),
    cpuRow(refreshes, first, count, bareReadMs),
    memoryRow(residentMiB, count),
  ];
}

async function prepare({ ground, home, count, changed }: Plan): Promise<void> {
  const { vault, kube } = ground;
  await many(count, (index) => writeValue(vault, home, index, 'first'));
  await many(changed, (index) => createDeployment(kube, home.namespace, `value-${index}`));
  await writeValue(vault, home, WARM_UP, 'first');
  await ground.start();
  const before = await ground.sample();
  await using admin = kubernetesCaller(ground);
  await createStaticSecret(admin.send, home, WARM_UP, '720h');
  await ground.until('the first object is synced', async () => {
    const since = between(before, await ground.sample());
    return sumOf(since.kubernetes, STATUSES) >= 1 && sumOf(since.kubernetes, EVENTS) >= 1;
  });
  await ground.quiet();
}

/** From the first object created until each has its Secret and its status; nobody else writes those. */
async function createAll({ ground, home, count, changed }: Plan) {
  await using admin = kubernetesCaller(ground);
  const [before, writesBefore] = [await ground.sample(), await writesCounted(ground)];
  const startedAt = performance.now();
  await many(count, (index) =>
    createStaticSecret(admin.send, home, index, refreshAfter(count), index < changed),
  );
  const isSynced = async (): Promise<boolean> => {
    const now = await ground.kubernetes();
    const [secrets, statuses] = [NEW_SECRETS, STATUSES].map(
      (which) => sumOf(now, which) - sumOf(before.kubernetes, which),
    );
    return Number(secrets) >= count && Number(statuses) >= count;
  };
  await ground.until('all are synced', isSynced);
  const seconds = (performance.now() - startedAt) / 1_000;
  await ground.quiet();
  const sample = between(before, await ground.sample());
  const writes = minus(await writesCounted(ground), writesBefore);
  const miscounted = [NEW_SECRETS, STATUSES].filter(
    (which) => sumOf(writes, which) !== sumOf(sample.kubernetes, which),
  );
  return { sample, seconds, miscounted: miscounted.length };
}

async function leaveAlone(ground: Ground): Promise<Sample> {
  await ground.settled();
  await refreshedOnce(ground, 1);
  const before = await ground.sample();
  await sleep(WATCHED_FOR_MS);
  return between(before, await ground.sample());
}

async function refreshedOnce(ground: Ground, reads: number): Promise<void> {
  const before = await ground.sample();
  await ground.until('objects are refreshed', async () => {
    return sumOf(between(before, await ground.sample()).vault, READS) >= reads;
  });
}

async function change({ ground, home, changed }: Plan): Promise<Sample> {
  const before = await ground.sample();
  await many(changed, (index) => writeValue(ground.vault, home, index, 'second'));
  await ground.until('all changes are synced, and all targets restarted', async () => {
    const since = between(before, await ground.sample());
    return sumOf(since.kubernetes, RESTARTS) >= changed;
  });
  await ground.quiet();
  return between(before, await ground.sample());
}

/** Until each object has been refreshed by the new process. */
async function killAndRestart({ ground, count }: Plan): Promise<Sample> {
  const before = await ground.kill();
  await ground.start();
  await ground.until('all objects are refreshed', async () => {
    return sumOf(between(before, await ground.sample()).vault, READS) >= count;
  });
  await ground.quiet();
  return between(before, await ground.sample());
}

/** Once to warm up, once to count. */
async function bareRun({ ground, count }: Plan): Promise<number> {
  let seconds = Number.NaN;
  for (const size of [WARM_BARE_CALLS, count]) {
    const home = await tenant(ground);
    await many(size, (index) => writeValue(ground.vault, home, index, 'first'));
    seconds = await bareSeconds(ground, home, size);
  }
  return seconds;
}

function refreshRow({ kubernetes, vault }: Sample): Row {
  const refreshes = sumOf(vault, READS);
  return {
    what: 'unchanged VSS refresh',
    budget: '1 Vault call, 0 Kubernetes calls',
    figures: [
      { name: 'Vault', value: sumOf(vault) / refreshes, most: 1, isCount: true },
      { name: 'Kubernetes', value: sumOf(kubernetes), most: 0, isCount: true },
    ],
    note: `${refreshes} refreshes; ${perOne(vault, refreshes)}; Kubernetes: ${perOne(kubernetes, 1) || 'none'}`,
  };
}

function firstRow({ kubernetes, vault }: Sample, miscounted: number, count: number): Row {
  return {
    what: 'first VSS sync',
    budget: '1 Vault, 3 Kubernetes calls',
    figures: [
      { name: 'Vault', value: sumOf(vault) / count, most: 1, isCount: true },
      { name: 'Kubernetes', value: sumOf(kubernetes) / count, most: 3, isCount: true },
      { name: 'counted otherwise by the API server', value: miscounted, most: 0, isCount: true },
    ],
    note: perOne(kubernetes, count),
  };
}

/** The values of others are read meanwhile too, so calls to Vault are not told. */
function changedRow({ kubernetes }: Sample, changed: number): Row {
  const stamps = sumOf(kubernetes, RESTARTS);
  const eventsOfRestarts = Math.min(stamps, changed);
  const others = sumOf(kubernetes) - stamps - eventsOfRestarts;
  return {
    what: 'changed VSS with one target',
    budget: '2-3 Kubernetes calls, and for the restart one patch per target and an event',
    figures: [
      { name: 'Kubernetes', value: others / changed, most: 3, isCount: true },
      {
        name: 'for the restart',
        value: (stamps + eventsOfRestarts) / changed,
        most: 2,
        isCount: true,
      },
    ],
    note: perOne(kubernetes, changed),
  };
}

function restartRow({ kubernetes, vault }: Sample, count: number): Row {
  return {
    what: `kill -9 and restart with ${count} healthy VSS`,
    budget: '0 Secret or status writes',
    figures: [
      { name: 'writes', value: sumOf(kubernetes, WRITES), most: 0, isCount: true },
      { name: 'reads and lists of Kubernetes', value: sumOf(kubernetes) },
      { name: 'logins', value: sumOf(vault, /^login$/u) },
    ],
    note: perOne(kubernetes, 1),
  };
}

function timeRow(seconds: number, bare: number, count: number): Row {
  return {
    what: `${count} VSS created at once: all synced`,
    budget: 'within 1.3 × of the bare HTTP calls',
    figures: [{ name: '× the bare calls', value: seconds / bare, most: 1.3 }],
    note: `${seconds.toFixed(1)} s; bare ${bare.toFixed(1)} s`,
  };
}

/** Most of a call that comes alone is the way from idle and back, whoever makes it. */
function cpuRow(refreshes: Sample, first: Sample, count: number, bareReadMs: number): Row {
  const perRefresh = refreshes.cpuMs / sumOf(refreshes.vault, READS);
  return {
    what: 'CPU of the operator per unchanged refresh / per first sync',
    budget: '0.35 ms / 0.8 ms',
    figures: [
      { name: 'per refresh', value: perRefresh, unit: ' ms', most: 0.35 },
      { name: 'per first sync', value: first.cpuMs / count, unit: ' ms', most: 0.8 },
      { name: '× a bare read at the same pace', value: perRefresh / bareReadMs },
    ],
    note: `a bare read at the same pace ${bareReadMs.toFixed(2)} ms`,
  };
}

function memoryRow(residentMiB: number, count: number): Row {
  return {
    what: `memory, ${count} VSS`,
    budget: 'RSS below 130 MiB (1,000), 200 MiB (5,000)',
    figures: [{ name: 'RSS', value: residentMiB, unit: ' MiB', most: count > 1_000 ? 200 : 130 }],
  };
}
