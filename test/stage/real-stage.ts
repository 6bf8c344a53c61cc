/** The real servers of hack/real, and the operator as a process of its own. Waiting takes real time. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealStack } from '../../hack/real/stack.ts';
import { OperatorProcess } from './operator-process.ts';
import { realAdmins, startServers } from './real-servers.ts';
import type { Stage, VaultNote } from './stage.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

const OPERATOR_NAMESPACE = 'vault-operator';
const POLL_MS = 100;
/** Virtual time is free; here a scenario that hangs must not take the whole suite along. */
const LONGEST_MS = 180_000;

export async function buildRealStage(): Promise<Stage> {
  const stack = await startServers();
  const operatorNamespace = OPERATOR_NAMESPACE;
  const { kube, vault, kubeconfig } = await realAdmins(stack, operatorNamespace);
  const { folder } = stack;
  const operator = new OperatorProcess({ kubeconfig, namespace: operatorNamespace, folder });
  return realStage(stack, { kube, vault, operator, operatorNamespace });
}

export type RealParts = Pick<Stage, 'kube' | 'vault' | 'operator' | 'operatorNamespace'>;

/** The stage on servers that somebody else started and prepared; closing it stops them. */
export function realStage(stack: RealStack, parts: RealParts): Stage {
  const standIns: StandIn[] = [];
  return {
    ...parts,
    kind: 'real',
    vaultCa: stack.vault.caPem,
    kubeconfigOf: (namespace, serviceAccount) =>
      stack.operatorKubeconfig({ namespace, serviceAccount }),
    now: () => Date.now(),
    until,
    pass,
    backupCluster: () => stack.backup(),
    databaseUsers: () => databaseUsers(stack),
    createDatabaseUser: (name) => createDatabaseUser(stack, name),
    canLogIn: (user, password) => canLogIn(stack, user, password),
    vaultNotes: async () => notesOf(readFileSync(stack.vault.auditPath, 'utf8')),
    stopVault: () => stack.vault.terminate(),
    startVault: async () => {
      await stack.vault.start();
      await stack.vault.unseal();
    },
    sealVault: () => stack.vault.seal(),
    unsealVault: () => stack.vault.unseal(),
    standIn: async (script, certificate) => {
      const standIn = await startStandIn(script, certificate);
      standIns.push(standIn);
      return standIn;
    },
    close: async () => {
      await parts.operator.stop();
      await Promise.all([stack.stop(), ...standIns.map((each) => each.stop())]);
    },
  };
}

async function until(
  sentence: string,
  check: () => Promise<unknown>,
  withinMs = 30_000,
): Promise<void> {
  const end = Date.now() + Math.min(withinMs, LONGEST_MS);
  let last: unknown;
  do {
    last = await check();
    if (last) return;
    await sleep(POLL_MS);
  } while (Date.now() < end);
  throw new Error(`did not come true in ${withinMs} ms: ${sentence} (${JSON.stringify(last)})`);
}

async function pass(ms: number, holds: () => Promise<void> = async () => {}): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await holds();
    await sleep(Math.min(POLL_MS, end - Date.now()));
  }
  await holds();
}

/** The audit device writes a line per request and per response; the requests are what we count. */
export function notesOf(log: string): VaultNote[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'request')
    .map(({ request, auth }) => ({
      path: request.path,
      operation: request.operation,
      accessor: auth?.accessor,
    }));
}

/** Vault's names for users begin with v-. */
export async function databaseUsers(stack: RealStack): Promise<string[]> {
  const rows = await stack.postgres.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'");
  return rows.map(([name = '']) => name);
}

export async function createDatabaseUser(stack: RealStack, name: string): Promise<void> {
  await stack.postgres.query(`CREATE ROLE "${name}" WITH LOGIN PASSWORD NULL`);
}

export async function canLogIn(stack: RealStack, user: string, password: string): Promise<boolean> {
  const asked = stack.postgres.query('SELECT 1', { user, password });
  return asked.then(
    () => true,
    () => false,
  );
}
