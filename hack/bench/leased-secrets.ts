/** The rows about leased credentials: issued, renewed, kept through a crash, and given back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Tenant, tenant } from '../../test/stage/tenant.ts';
import { perOne, sumOf } from './calls.ts';
import { many } from './crowd.ts';
import { between, type Ground, OPERATOR_NAMESPACE, type Sample } from './ground.ts';
import { createDeployment } from './static-objects.ts';
import type { Row } from './table.ts';

/**
 * Seconds. Renewed at two thirds of it, so that after a crash at any time there is longer left than another process
 * needs to take the lead (15 s).
 */
const LEASE_TTL = 75;
const RENEWED_FOR_MS = 75_000;

/** Labels of the ledger's records. */
const RECORDS = 'app.kubernetes.io/component=lease-ledger';
const ISSUES = /^issue$/u;
const RENEWALS = /^renew lease$/u;
const STATUSES = /^patch vaultdynamicsecrets$/u;
const SECRET_WRITES = /^(?:create|update|patch|delete) secrets$/u;
const RESTARTS = /^patch deployments$/u;

interface Plan {
  readonly ground: Ground;
  readonly home: Tenant;
  readonly count: number;
}

/** Leaves the operator stopped. */
export async function measureLeasedSecrets(
  ground: Ground,
  count: number,
  say: (text: string) => void,
): Promise<Row[]> {
  const plan = { ground, home: await tenant(ground, { leaseTtl: LEASE_TTL }), count };
  await prepare(plan);
  say(`${count} VaultDynamicSecrets at once`);
  const first = await createAll(plan);
  const leases = (await ground.vault.leases(plan.home.leasePrefix)).length;
  say(`renewals for ${RENEWED_FOR_MS / 1_000} s`);
  const renewals = await renew(ground);
  say(`kill -9 and restart with ${count} healthy leases`);
  const restart = await killAndRestart(plan);
  say('all are deleted');
  const left = await deleteAll(plan);
  await ground.kill();
  return [
    firstRow(first, leases, count),
    renewalRow(renewals),
    restartRow(restart, count),
    deletedRow(left, count),
  ];
}

const nameOf = (index: number): string => `lease-${index}`;

async function prepare({ ground, home, count }: Plan): Promise<void> {
  await many(count, (index) => createDeployment(ground.kube, home.namespace, nameOf(index)));
  await ground.start({ args: ['--lease-owner-grace=3s'] });
  const before = await ground.sample();
  await home.dynamicSecret('warm-up');
  await ground.until('the first object is synced', async () => {
    return sumOf(between(before, await ground.sample()).kubernetes, STATUSES) >= 1;
  });
  await ground.kube.remove('vaultdynamicsecrets', home.namespace, 'warm-up');
  await ground.until('its credential is given back', async () => {
    return (await ground.vault.leases(home.leasePrefix)).length === 0;
  });
  await ground.quiet();
}

/** Before the first of them is renewed. */
async function createAll({ ground, home, count }: Plan): Promise<Sample> {
  const before = await ground.sample();
  await many(count, (index) =>
    home.dynamicSecret(nameOf(index), {
      rolloutRestartTargets: [{ kind: 'Deployment', name: nameOf(index) }],
    }),
  );
  await ground.until('all are synced', async () => {
    return sumOf(between(before, await ground.sample()).kubernetes, STATUSES) >= count;
  });
  await sleep(1_000); // events come last
  return between(before, await ground.sample());
}

async function renew(ground: Ground): Promise<Sample> {
  await ground.settled();
  const before = await ground.sample();
  await sleep(RENEWED_FOR_MS);
  return between(before, await ground.sample());
}

/** Until each lease has been renewed by the new process. */
async function killAndRestart({ ground, count }: Plan): Promise<Sample> {
  const before = await ground.kill();
  await ground.start({ args: ['--lease-owner-grace=3s'] });
  await ground.until('all leases are renewed', async () => {
    return sumOf(between(before, await ground.sample()).vault, RENEWALS) >= count;
  });
  return between(before, await ground.sample());
}

interface Left {
  readonly leases: number;
  readonly users: number;
  readonly records: number;
  readonly seconds: number;
}

async function deleteAll({ ground, home, count }: Plan): Promise<Left> {
  const startedAt = performance.now();
  await many(count, (index) =>
    ground.kube.remove('vaultdynamicsecrets', home.namespace, nameOf(index)),
  );
  let left: Left = { leases: count, users: count, records: count, seconds: 0 };
  const isEmpty = async (): Promise<boolean> => {
    left = { ...(await remains(ground, home)), seconds: (performance.now() - startedAt) / 1_000 };
    return left.leases + left.users + left.records === 0;
  };
  // What is left then is a figure of the table, not a reason to stop measuring.
  await ground.until('nothing is left', isEmpty, 60_000).catch(() => undefined);
  return left;
}

async function remains(ground: Ground, home: Tenant): Promise<Omit<Left, 'seconds'>> {
  const users = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'";
  return {
    leases: (await ground.vault.leases(home.leasePrefix)).length,
    users: (await ground.stack.postgres.query(users)).length,
    records: (await ground.kube.list('secrets', OPERATOR_NAMESPACE, RECORDS)).length,
  };
}

function firstRow({ kubernetes, vault }: Sample, leases: number, count: number): Row {
  return {
    what: 'first VDS',
    budget: '1 lease; 6 Kubernetes calls incl. TokenRequest and two ledger writes; no restart',
    figures: [
      { name: 'leases', value: leases / count, most: 1, isCount: true },
      { name: 'issues', value: sumOf(vault, ISSUES) / count, most: 1, isCount: true },
      { name: 'Kubernetes', value: sumOf(kubernetes) / count, most: 6, isCount: true },
      { name: 'restarts', value: sumOf(kubernetes, RESTARTS), most: 0, isCount: true },
    ],
    note: `${perOne(kubernetes, count)}; Vault: ${perOne(vault, count)}`,
  };
}

function renewalRow({ kubernetes, vault }: Sample): Row {
  const renewals = sumOf(vault, RENEWALS);
  const perRenewal = sumOf(kubernetes) / renewals;
  return {
    what: 'lease renewal',
    budget: '1 Vault call per lease (and its token’s, less often), 0-1 Kubernetes calls',
    figures: [
      { name: 'Vault', value: sumOf(vault) / renewals, most: 1, isCount: true },
      { name: 'Kubernetes', value: perRenewal, most: 1, isCount: true },
    ],
    note: `${renewals} renewals; ${perOne(kubernetes, renewals)}`,
  };
}

function restartRow({ kubernetes, vault }: Sample, count: number): Row {
  return {
    what: `kill -9 and restart with ${count} healthy leases`,
    budget: '0 issues, 0 Secret writes, 0 workload patches',
    figures: [
      { name: 'issues', value: sumOf(vault, ISSUES), most: 0, isCount: true },
      { name: 'Secret writes', value: sumOf(kubernetes, SECRET_WRITES), most: 0, isCount: true },
      { name: 'workload patches', value: sumOf(kubernetes, RESTARTS), most: 0, isCount: true },
    ],
    note: `Vault: ${perOne(vault, 1)}; Kubernetes: ${perOne(kubernetes, 1)}`,
  };
}

function deletedRow({ leases, users, records, seconds }: Left, count: number): Row {
  return {
    what: `after deleting ${count} VDS`,
    budget: '0 leases left',
    figures: [
      { name: 'leases', value: leases, most: 0, isCount: true },
      { name: 'database users', value: users, most: 0, isCount: true },
      { name: 'ledger records', value: records, most: 0, isCount: true },
    ],
    note: `after ${seconds.toFixed(0)} s, 3 of them grace`,
  };
}
