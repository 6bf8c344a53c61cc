/**
 * Which workloads to restart after a Secret changed, and whether they have rolled out. The restart is one pod-template
 * annotation per source, whose value changes only with the Secret's content: writing it again restarts nothing.
 */
import { createHash } from 'node:crypto';

/** A restart target: always in the namespace of its custom resource. */
export interface Target {
  readonly kind: 'Deployment' | 'DaemonSet' | 'StatefulSet' | 'argo.Rollout';
  readonly namespace: string;
  readonly name: string;
}

export interface Workload {
  /** Epoch ms; Kubernetes counts in whole seconds, rounded down. */
  readonly createdAt: number;
  readonly paused: boolean;
  /** False for OnDelete: pods never roll by themselves. */
  readonly rollsByItself: boolean;
  readonly podAnnotations: Readonly<Record<string, string>>;
  /** observedGeneration is current and updated = available = wanted replicas. */
  readonly rolledOut: boolean;
  /** What its controller says of its deadline, which only Deployments have. */
  readonly progressing: boolean | undefined;
  /** The counts of its pods in one text: another one with every step of a rollout. */
  readonly counts: string;
}

/** The last step of a rollout that was seen. */
export interface Step {
  readonly counts: string;
  readonly at: number;
}

export interface TargetState {
  readonly target: Target;
  /** undefined when there is no such workload. */
  readonly workload: Workload | undefined;
}

/** The object whose Secret the pods use. */
export interface Source {
  readonly kind: string;
  readonly name: string;
}

/** One restart: the Secret of a source was written at `wroteAt` with the content `revision`. */
export interface Restart {
  readonly source: Source;
  readonly revision: string;
  /** Epoch ms by our clock. */
  readonly wroteAt: number;
}

export interface RestartPlan {
  readonly stamp: readonly Target[];
  readonly missing: readonly Target[];
}

const SHORT_KINDS: Readonly<Record<string, string>> = {
  VaultStaticSecret: 'vss',
  VaultDynamicSecret: 'vds',
  VaultPKISecret: 'vps',
};
const PREFIX = 'restart.vault-lease-operator/';
/** Kubernetes' limit for the part after the slash. */
const LONGEST_KEY = 63;
/** Our clock may run behind the API server's by as much: a target that seems younger is taken for older, and restarted. */
const CLOCK_SKEW_MS = 5_000;

/** The pod-template annotation of one source, e.g. `restart.vault-lease-operator/vds.db`. Long names are cut and get a hash. */
export function restartAnnotation(source: {
  readonly kind: string;
  readonly name: string;
}): string {
  const key = `${SHORT_KINDS[source.kind] ?? source.kind.toLowerCase()}.${source.name}`;
  if (key.length <= LONGEST_KEY) return PREFIX + key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  const kept = key.slice(0, LONGEST_KEY - hash.length - 1).replace(/[^a-z0-9]+$/, '');
  return `${PREFIX}${kept}-${hash}`;
}

/** What takes no step for as long is stuck: the deadline that Kubernetes gives Deployments by default. */
const STILL_MS = 10 * 60_000;

/** The first look counts as a step, so that a restart of the operator in the middle of a rollout does not end it. */
export function stepOf({ counts }: Workload, before: Step | undefined, now: number): Step {
  return before?.counts === counts ? before : { counts, at: now };
}

/** False when the rest of the pods must be waited for in vain, or there is no rest. */
export function isRolling(workload: Workload, step: Step, now: number): boolean {
  const { paused, rollsByItself, rolledOut, progressing } = workload;
  if (paused || !rollsByItself || rolledOut) return false;
  return progressing ?? now < step.at + STILL_MS;
}

/** A paused workload is stamped like any other: Kubernetes rolls it when it is resumed. */
export function planRestart(restart: Restart, states: readonly TargetState[]): RestartPlan {
  const isDue = ({ workload }: TargetState): boolean =>
    workload !== undefined && needsStamp(restart, workload);
  return {
    stamp: states.filter(isDue).map(({ target }) => target),
    missing: states.filter(({ workload }) => !workload).map(({ target }) => target),
  };
}

/** True when all pods of the workload run with this revision, as far as Kubernetes can tell. */
export function hasRolledOut(workload: Workload, source: Source, revision: string): boolean {
  return isStamped(workload, source, revision) && workload.rollsByItself && workload.rolledOut;
}

/** Pods of a workload that was created after the write have started with the new Secret. */
function needsStamp({ source, revision, wroteAt }: Restart, workload: Workload): boolean {
  if (isStamped(workload, source, revision)) return false;
  return workload.createdAt < wroteAt + CLOCK_SKEW_MS;
}

function isStamped(workload: Workload, source: Source, revision: string): boolean {
  return workload.podAnnotations[restartAnnotation(source)] === revision;
}
