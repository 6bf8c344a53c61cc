/**
 * All custom resources counted in one pass, for the metrics: by kind always, and one by one while they are few. Taken
 * when somebody asks, from the watched copies, so that no figure outlives its object and none is behind.
 */
import { isKindName, KINDS } from './api/kinds.ts';
import { endOf } from './plan/credential/lease.ts';
import {
  credentialOf,
  isPaused,
  phaseOf,
  type Readiness,
  readinessOf,
  type ToldObject,
} from './plan/status/object-state.ts';
import { type Course, isOverdue } from './runtime/journal.ts';
import type { Ref } from './runtime/ref.ts';
import type { Gauges } from './telemetry/gauges.ts';
import type { Reading } from './telemetry/metrics.ts';

export interface CensusSources {
  readonly objects: readonly ToldObject[];
  readonly courseOf: (ref: Ref) => Course | undefined;
  /** Epoch ms of the next look. */
  readonly nextAt: (ref: Ref) => number | undefined;
  readonly now: number;
  /** One by one only if there are no more objects than this. */
  readonly mostObjects: number;
}

/** The readings by gauge. */
export type Census = { readonly [M in CountedGauge]: Reading<M> };

type CountedGauge = Extract<
  keyof Gauges,
  | 'controller_resource_status'
  | `vault_lease_operator_object${string}`
  | `vault_lease_operator_${'not_ready_since' | 'last_success' | 'next_action'}_timestamp_seconds`
  | `vault_lease_operator_credential${string}`
>;

/** What is known of one object. Instants in epoch ms. */
interface Figures {
  readonly object: ToldObject;
  /** Undefined for a kind without conditions. */
  readonly readiness: Readiness | undefined;
  readonly course: Course | undefined;
  readonly nextAt: number | undefined;
  readonly endsAt: number | undefined;
}

export function takeCensus(sources: CensusSources): Census {
  const all = sources.objects.map((object) => figuresOf(object, sources));
  return {
    ...summaries(all, sources.now),
    ...perObject(all.length <= sources.mostObjects ? all : []),
  };
}

function figuresOf(object: ToldObject, { courseOf, nextAt }: CensusSources): Figures {
  const { namespace, name } = object.metadata;
  const ref = { kind: object.kind, namespace, name };
  const credential = credentialOf(object);
  return {
    object,
    readiness: hasConditions(object.kind) ? readinessOf(object) : undefined,
    course: courseOf(ref),
    nextAt: nextAt(ref),
    endsAt: credential && endOf(credential),
  };
}

function hasConditions(kind: string): boolean {
  return isKindName(kind) && Object.hasOwn(KINDS[kind].status.properties, 'conditions');
}

function summaries(all: readonly Figures[], now: number) {
  return {
    vault_lease_operator_objects: readinessCounts(all),
    vault_lease_operator_objects_overdue: countsByKind(
      all,
      ({ course }) => course !== undefined && isOverdue(course, now),
    ),
    vault_lease_operator_objects_paused: countsByKind(all, ({ object }) => isPaused(object.status)),
    vault_lease_operator_credentials: phaseCounts(all, now),
    vault_lease_operator_not_ready_since_timestamp_seconds: earliest(
      all,
      ({ readiness }) => readiness?.notReadySince,
    ),
    vault_lease_operator_last_success_timestamp_seconds: earliest(
      all,
      ({ course }) => course?.succeededAt,
    ),
    vault_lease_operator_next_action_timestamp_seconds: earliest(all, ({ nextAt }) => nextAt),
    vault_lease_operator_credential_expiry_timestamp_seconds: earliest(all, ({ endsAt }) => endsAt),
  } as const;
}

function readinessCounts(all: readonly Figures[]): Reading<'vault_lease_operator_objects'> {
  return tally(
    all.flatMap(({ object: { kind }, readiness }) => {
      if (!readiness) return [];
      const { ready, reason } = readiness;
      return [{ kind, ready, reason }];
    }),
  );
}

function countsByKind(
  all: readonly Figures[],
  holds: (figures: Figures) => boolean,
): (readonly [{ readonly kind: string }, number])[] {
  return tally(all.filter(holds).map(({ object: { kind } }) => ({ kind })));
}

function phaseCounts(
  all: readonly Figures[],
  now: number,
): Reading<'vault_lease_operator_credentials'> {
  return tally(
    all.flatMap(({ object }) => {
      const credential = credentialOf(object);
      return credential ? [{ kind: object.kind, phase: phaseOf(credential, now) }] : [];
    }),
  );
}

/** How often each set of labels comes. */
function tally<Labels extends object>(labels: readonly Labels[]): (readonly [Labels, number])[] {
  const counts = new Map<string, [Labels, number]>();
  for (const each of labels) {
    const key = JSON.stringify(each);
    const counted = counts.get(key) ?? [each, 0];
    counted[1] += 1;
    counts.set(key, counted);
  }
  return [...counts.values()];
}

/** The first instant of each kind, in seconds. */
function earliest(
  all: readonly Figures[],
  instantOf: (figures: Figures) => number | undefined,
): (readonly [{ readonly kind: string }, number])[] {
  const first = new Map<string, number>();
  for (const figures of all) {
    const instant = instantOf(figures);
    const { kind } = figures.object;
    if (instant !== undefined) first.set(kind, Math.min(instant, first.get(kind) ?? instant));
  }
  return [...first].map(([kind, instant]) => [{ kind }, instant / 1000]);
}

function perObject(all: readonly Figures[]) {
  return {
    controller_resource_status: all.flatMap(({ object, readiness }) => {
      const { namespace, name } = object.metadata;
      const labels = { controller: object.kind.toLowerCase(), name, namespace };
      return readiness ? [[labels, isReady(readiness)] as const] : [];
    }),
    vault_lease_operator_object_ready: all.flatMap(({ object, readiness }) =>
      readiness
        ? [[{ ...labelsOf(object), reason: readiness.reason }, isReady(readiness)] as const]
        : [],
    ),
    vault_lease_operator_object_expiry_timestamp_seconds: oneByOne(all, ({ endsAt }) => endsAt),
    vault_lease_operator_object_last_success_timestamp_seconds: oneByOne(
      all,
      ({ course }) => course?.succeededAt,
    ),
    vault_lease_operator_object_next_action_timestamp_seconds: oneByOne(
      all,
      ({ nextAt }) => nextAt,
    ),
  } as const;
}

function oneByOne(all: readonly Figures[], instantOf: (figures: Figures) => number | undefined) {
  return all.flatMap((figures) => {
    const instant = instantOf(figures);
    return instant === undefined ? [] : [[labelsOf(figures.object), instant / 1000] as const];
  });
}

function labelsOf({ kind, metadata }: ToldObject) {
  return { kind, object_namespace: metadata.namespace, object_name: metadata.name };
}

function isReady({ ready }: Readiness): number {
  return ready === 'true' ? 1 : 0;
}
