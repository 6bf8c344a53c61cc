/**
 * What is measured and on what: the bundle of the operator, under the image's node flags, on the real servers. A sample
 * goes on counting when the operator is restarted.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { entrypoint } from '../../test/image/tree.ts';
import type { KubeAdmin } from '../../test/stage/kube-admin.ts';
import { OperatorProcess } from '../../test/stage/operator-process.ts';
import { realAdmins } from '../../test/stage/real-servers.ts';
import type { OperatorOptions } from '../../test/stage/stage.ts';
import type { VaultAdmin } from '../../test/stage/vault-admin.ts';
import { makeBundle, ROOT } from '../bundle/make.ts';
import { stampOf } from '../bundle/stamp.ts';
import { type RealStack, startStack } from '../real/stack.ts';
import { type Calls, callsOf, minus, plus, sumOf } from './calls.ts';
import { operatorMetrics } from './operator-metrics.ts';
import { VaultLog } from './vault-log.ts';

export const OPERATOR_NAMESPACE = 'vault-operator';
/** A look costs the operator a scrape, which is part of what is measured. */
const POLL_MS = 250;
/** A new leader looks for late records once, a minute after it took a lead that a killed one held for 15 s. */
const SETTLED_MS = 85_000;
/** Nothing new for so long means that the work is done: longer than any pause the operator makes between acts. */
const QUIET_MS = 3_000;

export interface Sample {
  readonly kubernetes: Calls;
  readonly vault: Calls;
  readonly cpuMs: number;
}

export class Ground implements AsyncDisposable {
  readonly stack: RealStack;
  readonly kube: KubeAdmin;
  readonly vault: VaultAdmin;
  readonly vaultCa: string;
  readonly operator: OperatorProcess;
  readonly #vaultLog: VaultLog;
  #startedAt = 0;
  /** Of operators that ran before. */
  #former: Omit<Sample, 'vault'> = { kubernetes: callsOf([]), cpuMs: 0 };

  constructor(stack: RealStack, admins: Awaited<ReturnType<typeof realAdmins>>, script: string) {
    const { kubeconfig } = admins;
    this.stack = stack;
    this.kube = admins.kube;
    this.vault = admins.vault;
    this.vaultCa = stack.vault.caPem;
    this.#vaultLog = new VaultLog(stack.vault.auditPath);
    this.operator = new OperatorProcess({
      kubeconfig,
      namespace: OPERATOR_NAMESPACE,
      folder: stack.folder,
      script,
      nodeFlags: entrypoint().slice(1, -1),
    });
  }

  async start(options?: OperatorOptions): Promise<void> {
    await this.operator.start(options);
    this.#startedAt = performance.now();
  }

  /** Waits until nothing goes on that belongs to the start. */
  async settled(): Promise<void> {
    await sleep(Math.max(0, this.#startedAt + SETTLED_MS - performance.now()));
  }

  async sample(): Promise<Sample> {
    const { kubernetes, cpuMs } = operatorMetrics(await this.operator.metrics());
    return {
      kubernetes: plus(this.#former.kubernetes, kubernetes),
      vault: this.#vaultLog.read(),
      cpuMs: this.#former.cpuMs + cpuMs,
    };
  }

  async residentMiB(): Promise<number> {
    return operatorMetrics(await this.operator.metrics()).residentMiB;
  }

  /** As SIGKILL. Answers what was counted until then. */
  async kill(): Promise<Sample> {
    const last = await this.sample();
    this.#former = last;
    await this.operator.kill();
    return last;
  }

  /** Calls to Kubernetes so far. Cheaper than a sample, for what is timed. */
  async kubernetes(): Promise<Calls> {
    const { kubernetes } = operatorMetrics(await this.operator.metrics());
    return plus(this.#former.kubernetes, kubernetes);
  }

  async until(sentence: string, isSo: () => Promise<boolean>, withinMs = 180_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (!(await isSo())) {
      if (performance.now() > end)
        throw new Error(`did not come true in ${withinMs / 1_000} s: ${sentence}`);
      await sleep(POLL_MS);
    }
  }

  /** Waits until no call to Kubernetes comes any more. */
  async quiet(): Promise<void> {
    for (let last = -1, now = 0; last !== now; ) {
      last = now;
      await sleep(QUIET_MS);
      now = sumOf(await this.kubernetes());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.operator.stop();
    await this.stack.stop();
  }
}

/** Resolves when the servers run; the operator does not yet. */
export async function startGround(): Promise<Ground> {
  const stack = await startStack();
  try {
    const script = join(stack.folder, 'operator.mjs');
    await makeBundle(script, stampOf(ROOT));
    return new Ground(stack, await realAdmins(stack, OPERATOR_NAMESPACE), script);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

export function between(before: Sample, after: Sample): Sample {
  return {
    kubernetes: minus(after.kubernetes, before.kubernetes),
    vault: minus(after.vault, before.vault),
    cpuMs: after.cpuMs - before.cpuMs,
  };
}
