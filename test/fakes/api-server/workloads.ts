/**
 * Deployments, DaemonSets and StatefulSets that roll out: a changed spec is observed, and, after a delay or when the
 * harness lets it, all replicas are updated and available. There are no pods; the statuses stand for them.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import { keyOf, type Ref } from '../../../src/runtime/ref.ts';
import type { Rules } from './kinds.ts';
import type { Later } from './later.ts';
import { missing, prohibited, wrong } from './metadata.ts';
import type { Draft, Fields, Thing } from './objects.ts';
import { at, fieldsOf, listOf, numberOf, same, timestamp, withAt } from './objects.ts';
import type { Cause } from './status.ts';
import type { Store } from './store.ts';

const TABLES: Readonly<Record<string, string>> = {
  Deployment: 'deployments.apps',
  DaemonSet: 'daemonsets.apps',
  StatefulSet: 'statefulsets.apps',
};

export const WORKLOAD_RULES: Rules = { prepare, check };

function prepare(draft: Draft): Draft {
  const replicas = draft.kind === 'DaemonSet' ? undefined : numberOf(draft.spec?.['replicas'], 1);
  const spec = { ...draft.spec, replicas };
  return { ...draft, spec };
}

function check(thing: Draft, previous: Thing | undefined): Cause[] {
  const wanted = fieldsOf(at(thing, 'spec', 'selector', 'matchLabels'));
  const labels = fieldsOf(at(thing, 'spec', 'template', 'metadata', 'labels'));
  const causes: Cause[] = [];
  if (Object.keys(wanted).length === 0) causes.push(missing('spec.selector'));
  if (Object.entries(wanted).some(([key, value]) => labels[key] !== value))
    causes.push(
      wrong('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    );
  if (listOf(at(thing, 'spec', 'template', 'spec', 'containers')).length === 0)
    causes.push(missing('spec.template.spec.containers'));
  if (previous !== undefined && !same(thing.spec?.['selector'], previous.spec?.['selector']))
    causes.push(prohibited('spec.selector', 'field is immutable'));
  return causes;
}

type Course = 'held' | 'failed';

export class Workloads {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #later: Later;
  readonly #courses = new Map<string, Course>();
  readonly #listening: Disposable;

  constructor(store: Store, clock: Clock, later: Later) {
    this.#store = store;
    this.#clock = clock;
    this.#later = later;
    this.#listening = store.subscribe(({ type, object }) => {
      const due = type !== 'DELETED' && object.kind in TABLES && !isObserved(object);
      if (due) queueMicrotask(() => this.#observe(refOf(object)));
    });
  }

  /** How long a rollout takes from now on. */
  set delayMs(value: number) {
    this.#later.delayMs = value;
  }

  /** Its rollouts are observed and go no further until released. */
  hold(ref: Ref): void {
    this.#courses.set(keyOf(ref), 'held');
  }

  /** Its rollouts end in ProgressDeadlineExceeded. */
  fail(ref: Ref): void {
    this.#courses.set(keyOf(ref), 'failed');
    this.#finish(ref);
  }

  release(ref: Ref): void {
    this.#courses.delete(keyOf(ref));
    this.#finish(ref);
  }

  stop(): void {
    this.#listening[Symbol.dispose]();
  }

  #observe(ref: Ref): void {
    const thing = this.#get(ref);
    if (thing === undefined || isObserved(thing)) return;
    const rolls = !same(thing.spec?.['template'], this.#templates.get(thing.metadata.uid));
    this.#templates.set(thing.metadata.uid, thing.spec?.['template']);
    const revised = rolls && thing.kind === 'Deployment' ? withRevision(thing) : thing;
    this.#put(revised, progress(thing, rolls ? 0 : numberOf(updated(thing), 0)));
    if (this.#courses.get(keyOf(ref)) === 'failed') this.#finish(ref);
    else this.#later.run(() => this.#finish(ref));
  }

  readonly #templates = new Map<string, unknown>();

  #finish(ref: Ref): void {
    const thing = this.#get(ref);
    const course = this.#courses.get(keyOf(ref));
    if (thing === undefined || course === 'held' || isPaused(thing) || !isObserved(thing)) return;
    const now = timestamp(this.#clock.now());
    if (course === 'failed') this.#put(thing, { ...thing.status, conditions: [stuck(now)] });
    else this.#put(thing, { ...progress(thing, wantedReplicas(thing)), ...conditions(thing, now) });
  }

  #get({ kind, namespace, name }: Ref): Thing | undefined {
    return this.#store.get(TABLES[kind] ?? '', namespace, name);
  }

  #put(thing: Thing, status: Fields): void {
    if (!same(thing.status, status))
      this.#store.put(TABLES[thing.kind] ?? '', { ...thing, status });
  }
}

function refOf({ kind, metadata }: Thing): Ref {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function isObserved(thing: Thing): boolean {
  return thing.status?.['observedGeneration'] === thing.metadata.generation;
}

/** Of a Deployment: its template waits. */
function isPaused(thing: Thing): boolean {
  return thing.spec?.['paused'] === true;
}

/** One replica of a DaemonSet: one node. */
function wantedReplicas(thing: Thing): number {
  return thing.kind === 'DaemonSet' ? 1 : numberOf(thing.spec?.['replicas'], 1);
}

function updated(thing: Thing): unknown {
  return thing.status?.[thing.kind === 'DaemonSet' ? 'updatedNumberScheduled' : 'updatedReplicas'];
}

function withRevision(thing: Thing): Thing {
  const path = ['metadata', 'annotations', 'deployment.kubernetes.io/revision'];
  const next = Number(at(thing, ...path) ?? 0) + 1;
  return { ...thing, ...withAt({ ...thing }, path, String(next)) };
}

/** While it rolls, the old replicas stay available. */
function progress(thing: Thing, updatedCount: number): Fields {
  const wanted = wantedReplicas(thing);
  const observedGeneration = thing.metadata.generation;
  if (thing.kind === 'DaemonSet')
    return {
      observedGeneration,
      currentNumberScheduled: wanted,
      desiredNumberScheduled: wanted,
      numberMisscheduled: 0,
      numberReady: wanted,
      numberAvailable: wanted,
      updatedNumberScheduled: updatedCount,
    };
  const counts = { replicas: wanted, readyReplicas: wanted, availableReplicas: wanted };
  return { observedGeneration, ...counts, updatedReplicas: updatedCount };
}

function conditions(thing: Thing, now: string): Fields {
  if (thing.kind !== 'Deployment') return {};
  const common = { status: 'True', lastUpdateTime: now, lastTransitionTime: now };
  const available = {
    type: 'Available',
    reason: 'MinimumReplicasAvailable',
    message: 'Deployment has minimum availability.',
  };
  const done = {
    type: 'Progressing',
    reason: 'NewReplicaSetAvailable',
    message: 'ReplicaSet has successfully progressed.',
  };
  return {
    conditions: [
      { ...available, ...common },
      { ...done, ...common },
    ],
  };
}

function stuck(now: string): Fields {
  return {
    type: 'Progressing',
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: 'ReplicaSet has timed out progressing.',
    lastUpdateTime: now,
    lastTransitionTime: now,
  };
}
