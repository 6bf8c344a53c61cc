/** What matters of a workload, from the JSON of any of the kinds that can be restarted. */
import { epochMsOf } from './instants.ts';
import { isRecord, wireObject } from './wire.ts';

export interface Workload {
  readonly createdAt: number;
  readonly paused: boolean;
  readonly rollsByItself: boolean;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly rolledOut: boolean;
  /** What its controller says of its deadline; undefined when it says nothing. */
  readonly progressing: boolean | undefined;
  /** Another text with every pod that comes or goes. */
  readonly counts: string;
}

/** A Deployment, DaemonSet or StatefulSet. */
export function workloadOf(json: unknown): Workload {
  const { metadata, spec, status } = wireObject(json);
  return {
    createdAt: epochMsOf(metadata.creationTimestamp ?? ''),
    paused: at(spec, 'paused') === true,
    rollsByItself: rollsByItself(at(spec, 'updateStrategy')),
    podAnnotations: annotationsOf(at(spec, 'template', 'metadata', 'annotations')),
    rolledOut: hasRolledOut(metadata.generation ?? 0, spec, status),
    progressing: progressingOf(status),
    counts: countsOf(status),
  };
}

/** An Argo Rollout, which restarts its pods at `restartAt` and is marked in its own annotations. */
export function rolloutOf(json: unknown): Workload {
  const { metadata, spec, status } = wireObject(json);
  const wanted = Number(at(spec, 'replicas') ?? 1);
  const isObserved = Number(at(status, 'observedGeneration') ?? -1) >= (metadata.generation ?? 0);
  const hasRestarted = at(spec, 'restartAt') === at(status, 'restartedAt');
  const available = Number(at(status, 'availableReplicas') ?? 0);
  return {
    createdAt: epochMsOf(metadata.creationTimestamp ?? ''),
    paused: at(spec, 'paused') === true,
    rollsByItself: true,
    podAnnotations: metadata.annotations ?? {},
    rolledOut: isObserved && hasRestarted && available >= wanted,
    progressing: undefined,
    counts: countsOf(status),
  };
}

/** Pods below a partition stay as they are, as all do with OnDelete. */
function rollsByItself(strategy: unknown): boolean {
  const partition = Number(at(strategy, 'rollingUpdate', 'partition') ?? 0);
  return at(strategy, 'type') !== 'OnDelete' && partition === 0;
}

/** The names that DaemonSets and the others have for the same counts. */
const COUNTS = [
  ['updatedNumberScheduled', 'updatedReplicas'],
  ['numberAvailable', 'availableReplicas'],
  ['currentNumberScheduled', 'replicas'],
] as const;

/** The status speaks of this generation, and every wanted pod is of the newest template and available. */
function hasRolledOut(generation: number, spec: unknown, status: unknown): boolean {
  const isObserved = Number(at(status, 'observedGeneration') ?? -1) >= generation;
  const wanted = at(status, 'desiredNumberScheduled') ?? at(spec, 'replicas') ?? 1;
  return isObserved && podCounts(status).every((count) => count === wanted);
}

function podCounts(status: unknown): readonly unknown[] {
  return COUNTS.map(([one, other]) => at(status, one) ?? at(status, other) ?? 0);
}

function countsOf(status: unknown): string {
  return podCounts(status).join(' ');
}

/** The condition is False with the reason ProgressDeadlineExceeded, and Unknown while it is paused. */
function progressingOf(status: unknown): boolean | undefined {
  const conditions = at(status, 'conditions');
  const condition = (Array.isArray(conditions) ? conditions : []).find(
    (each) => at(each, 'type') === 'Progressing',
  );
  return { True: true, False: false }[String(at(condition, 'status'))];
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(isRecord(value) ? value : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}
