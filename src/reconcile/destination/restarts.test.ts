import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordingObserver } from '../../../test/fakes/observer.ts';
import type { Target } from '../../plan/rollout.ts';
import type { Workload, Workloads } from '../ports.ts';
import { restartTargets } from './restarts.ts';

const RESTART = {
  source: { kind: 'VaultDynamicSecret', name: 'db' },
  revision: 'r2',
  wroteAt: 100_000,
};

/** Workloads that keep what is stamped on them; names of the calls. */
class Stamped implements Workloads {
  readonly calls: string[] = [];
  readonly #annotations = new Map<string, Readonly<Record<string, string>>>();

  async read({ name }: Target): Promise<Workload> {
    return {
      createdAt: 0,
      paused: false,
      rollsByItself: true,
      podAnnotations: this.#annotations.get(name) ?? {},
      rolledOut: true,
      progressing: undefined,
      counts: '',
    };
  }

  async stamp(
    { name }: Target,
    annotations: Readonly<Record<string, string>>,
  ): Promise<'stamped' | 'missing'> {
    this.calls.push(name);
    this.#annotations.set(name, annotations);
    return 'stamped';
  }
}

describe('a restart that is tried anew, because the status was not written', () => {
  const { signal } = new AbortController();
  const scope = { signal, observer: new RecordingObserver() };
  const rollout: Target = { kind: 'argo.Rollout', namespace: 'apps', name: 'canary' };
  const deployment: Target = { kind: 'Deployment', namespace: 'apps', name: 'web' };

  it('stamps a Rollout once, whose every stamp restarts it', async () => {
    const workloads = new Stamped();
    const targets = [rollout, deployment];
    const first = await restartTargets({ workloads }, targets, RESTART, false, scope);
    assert.deepEqual(first.stamped, targets);
    await restartTargets({ workloads }, targets, RESTART, false, scope);
    assert.equal(workloads.calls.filter((name) => name === 'canary').length, 1);
  });

  it('stamps it again for another revision', async () => {
    const workloads = new Stamped();
    for (const revision of ['r2', 'r3'])
      await restartTargets({ workloads }, [rollout], { ...RESTART, revision }, false, scope);
    assert.equal(workloads.calls.length, 2);
  });
});
