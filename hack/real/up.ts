/**
 * Starts one stack for a person and stays with it: in the foreground until a signal, or as a
 * detached supervisor that `down` ends. The same code is both; detaching only starts it elsewhere.
 */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { down } from './down.ts';
import { identify, isAlive, type ProcessId } from './processes.ts';
import { sayOnStderr } from './progress.ts';
import type { ServiceAccount } from './service-accounts.ts';
import { type RealStack, STACK_FOLDER_PREFIX, startStack } from './stack.ts';
import { claimState, describe, readState, removeState, replaceState, type State } from './state.ts';

const POLL_MS = 100;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface UpOptions {
  readonly manifests: readonly string[];
  /** Gets a kubeconfig of its own. */
  readonly operator?: ServiceAccount | undefined;
}

/** Resolves after a signal, when nothing of the stack is left. Rejects when a stack runs already or does not start. */
export async function up(options: UpOptions): Promise<void> {
  const stopping = signalled();
  const supervisor = await claim();
  try {
    await using stack = await startStack({ manifests: options.manifests, signal: stopping });
    const state = await recordOf(stack, supervisor, options.operator);
    replaceState(state);
    console.log(describe(state));
    sayOnStderr('up; Ctrl-C here or `npm run real -- down` anywhere ends it');
    await aborted(stopping);
    sayOnStderr('stopping');
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    removeState({ supervisor });
  }
}

/** Starts `up` with the same arguments as a process of its own, and resolves when it is up. */
export async function upDetached(script: string, args: readonly string[]): Promise<void> {
  const log = openNameless();
  const child = spawn(process.execPath, [script, 'up', ...args], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  signalled().addEventListener('abort', () => child.kill('SIGTERM'));
  let told = 0;
  for (;;) {
    const state = readState();
    told += relay(log, told);
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error('the stack did not start; see above');
    }
    if (state?.stack && state.supervisor.pid === child.pid) break;
    await pause(POLL_MS);
  }
  closeSync(log);
  child.unref();
}

/** A file that both processes hold open and that has no name any more, so that it cannot stay behind. */
function openNameless(): number {
  const path = join(tmpdir(), `${STACK_FOLDER_PREFIX}${process.pid}.log`);
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  return file;
}

/** Passes on what was said since; answers how many bytes that were. */
function relay(log: number, from: number): number {
  const news = Buffer.alloc(fstatSync(log).size - from);
  const length = readSync(log, news, 0, news.length, from);
  process.stderr.write(news.subarray(0, length));
  return length;
}

/** A record whose supervisor is gone is cleaned up first. */
async function claim(): Promise<ProcessId> {
  const supervisor = identify(process.pid);
  if (!supervisor) throw new Error('this process does not find itself in the process table');
  const former = readState();
  if (former && !isAlive(former.supervisor)) await down(former);
  if (claimState({ supervisor })) return supervisor;
  throw new Error(
    'A stack is up already. Remedy: `npm run real -- down`, or use it: `... status`.',
  );
}

async function recordOf(
  stack: RealStack,
  supervisor: ProcessId,
  operator: ServiceAccount | undefined,
): Promise<State> {
  const { folder, apiServer, vault, postgres } = stack;
  const keep = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const { host, port, database, user, password } = postgres;
  const variables = {
    KUBECTL: stack.kubectl,
    KUBECONFIG: apiServer.adminKubeconfigPath,
    ...(operator && {
      OPERATOR_KUBECONFIG: keep('operator.kubeconfig', await stack.operatorKubeconfig(operator)),
    }),
    VAULT_ADDR: vault.url,
    VAULT_CACERT: vault.caPath,
    VAULT_TOKEN: `$(cat ${vault.rootTokenPath})`,
    VAULT_UNSEAL_KEYS_FILE: keep('unseal-keys', vault.unsealKeys.join('\n')),
    VAULT_AUDIT_LOG: vault.auditPath,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGPASSFILE: keep('pgpass', `${host}:${port}:*:${user}:${password}\n`),
    REAL_STACK_LOGS: stack.logs,
  };
  return { supervisor, stack: { folder, processes: stack.processes(), variables } };
}

/** Aborts at the first signal; npm passes Ctrl-C on a second time, which changes nothing. */
function signalled(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => stopping.abort());
  return stopping.signal;
}

/** Children do not keep this process alive, so a timer does. */
async function aborted(signal: AbortSignal): Promise<void> {
  const awake = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  clearInterval(awake);
}
