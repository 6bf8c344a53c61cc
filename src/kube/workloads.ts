/**
 * Restart targets: read live, and stamped by merge patches of pod-template annotations (for Rollouts: of their own). Promises that stamps for one
 * workload that come together are one patch, hence one rollout, and that patches of one workload never overlap.
 */
import type { Clock } from '../runtime/clock.ts';
import { rfc3339 } from '../runtime/instant.ts';
import { keyOf } from '../runtime/ref.ts';
import type { Route } from './api-call.ts';
import { hasStatus } from './faults.ts';
import { type PatchBatch, PatchBatches } from './patch-batches.ts';
import type { Transport } from './transport.ts';
import { rolloutOf, type Workload, workloadOf } from './workload.ts';

export type TargetKind = 'Deployment' | 'DaemonSet' | 'StatefulSet' | 'argo.Rollout';

export interface Target {
  readonly kind: TargetKind;
  readonly namespace: string;
  readonly name: string;
}

const ROUTES: Readonly<Record<TargetKind, Route>> = {
  Deployment: { group: 'apps', version: 'v1', plural: 'deployments' },
  DaemonSet: { group: 'apps', version: 'v1', plural: 'daemonsets' },
  StatefulSet: { group: 'apps', version: 'v1', plural: 'statefulsets' },
  'argo.Rollout': { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts' },
};

export interface WorkloadsOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** How long the first stamp of a workload waits for others. */
  readonly windowMs?: number;
  /** Throws when this replica must not write. */
  readonly assertLeading: () => void;
}

const WINDOW_MS = 500;

export class WorkloadPatches {
  readonly #options: WorkloadsOptions;
  readonly #batches: PatchBatches;

  constructor(options: WorkloadsOptions) {
    this.#options = options;
    this.#batches = new PatchBatches(options.clock, options.windowMs ?? WINDOW_MS);
  }

  /** Undefined when there is no such object, or its kind is not served. */
  async read(target: Target, signal: AbortSignal): Promise<Workload | undefined> {
    const { namespace, name, kind } = target;
    const call = { verb: 'get', route: ROUTES[kind], namespace, name } as const;
    try {
      const { json } = await this.#options.transport.raw(call, signal);
      return kind === 'argo.Rollout' ? rolloutOf(json) : workloadOf(json);
    } catch (thrown) {
      if (hasStatus(thrown, 404)) return undefined;
      throw thrown;
    }
  }

  /** Resolves when the patch that holds these annotations is done. 'missing' as in `read`. */
  async stamp(
    target: Target,
    annotations: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<'stamped' | 'missing'> {
    this.#options.assertLeading();
    const send = (batch: PatchBatch): Promise<void> => this.#patch(target, batch, signal);
    try {
      await this.#batches.join(keyOf(target), annotations, send);
      return 'stamped';
    } catch (thrown) {
      if (hasStatus(thrown, 404)) return 'missing';
      throw thrown;
    }
  }

  async #patch(target: Target, annotations: PatchBatch, signal: AbortSignal): Promise<void> {
    const { transport, clock, assertLeading } = this.#options;
    const { kind, namespace, name } = target;
    assertLeading();
    const metadata = { annotations };
    const body =
      kind === 'argo.Rollout'
        ? restartNow(metadata, clock.now())
        : { spec: { template: { metadata } } };
    await transport.raw({ verb: 'patch', route: ROUTES[kind], namespace, name, body }, signal);
  }
}

/**
 * As VSO asks it: Argo replaces the pods of a Rollout in place. A changed pod template would begin a canary instead,
 * which may wait for a person while the old pods lose their credential, and a Rollout may have no template of its own.
 */
function restartNow(metadata: object, nowMs: number): object {
  return { metadata, spec: { restartAt: rfc3339(nowMs) } };
}
