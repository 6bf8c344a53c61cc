/** Which figures of the running operator are read at a scrape. Nothing is kept up to date for a reader who never comes. */

import { KINDS } from './api/kinds.ts';
import { takeCensus } from './census.ts';
import type { Config } from './config.ts';
import { LEASE_NAME } from './kube/lease-lock.ts';
import type { Book } from './ledger/book.ts';
import { type LedgerRecord, tokenEndsAt } from './ledger/record.ts';
import type { Operator } from './operator.ts';
import type { Clock } from './runtime/clock.ts';
import { LANES } from './runtime/lanes.ts';
import type { Ref } from './runtime/ref.ts';
import type { Gauges } from './telemetry/gauges.ts';
import type { Metrics, Readings } from './telemetry/metrics.ts';
import type { Wired } from './wiring.ts';

export interface Exposed {
  readonly operator: Pick<Operator, 'wired' | 'leads'>;
  readonly config: Config;
  readonly clock: Clock;
}

export function expose(metrics: Metrics, { operator, config, clock }: Exposed): void {
  metrics.readAtScrape(() => ({
    vso_runtime_config: [[settingsOf(config), 1]],
    vso_client_cache_size: [[{}, config.clientCacheSize]],
    leader_election_master_status: [[{ name: LEASE_NAME }, operator.leads ? 1 : 0]],
  }));
  const whileWired = (read: (wired: Wired) => Readings): void =>
    metrics.readAtScrape(() => (operator.wired ? read(operator.wired) : {}));
  whileWired(workOf);
  whileWired((wired) => {
    const { leads } = operator;
    const mostObjects = config.metricsPerObject;
    return {
      ...(leads && ledgerOf(wired.book)),
      ...(leads && pauseOf(wired, clock.now())),
      ...(leads && tokensOf(wired)),
      ...takeCensus({ ...objectsOf(wired, leads), now: clock.now(), mostObjects }),
    };
  });
}

/** Every replica has seen the objects; only the leader knows its ledger, and how things went. */
function objectsOf({ objects, controller, scheduler }: Wired, leads: boolean) {
  return {
    objects: Object.keys(KINDS).flatMap((kind) => objects.list(kind)),
    courseOf: (ref: Ref) => (leads ? controller.journal.of(ref) : undefined),
    nextAt: (ref: Ref) => (leads ? scheduler.of(ref) : undefined),
  };
}

function settingsOf(config: Config): Gauges['vso_runtime_config'] {
  const { backoff } = config;
  return {
    backoffInitialInterval: `${backoff.initialMs / 1000}s`,
    backoffMaxInterval: `${backoff.maxMs / 1000}s`,
    backoffMultiplier: String(backoff.multiplier),
    backoffRandomizationFactor: String(backoff.randomization),
    clientCachePersistenceModel: config.ledger,
    clientCacheSize: String(config.clientCacheSize),
    globalTransformationOptions: config.excludeRaw ? 'exclude-raw' : '',
    globalVaultAuthOptions: config.allowDefaultGlobals ? 'allow-default-globals' : '',
    maxConcurrentReconciles: String(config.concurrency),
  };
}

function workOf({ queue, controller, objects, secrets, namespaces }: Wired): Readings {
  const depth = queue.depth();
  const needed = [...objects.reflectors, ...secrets.reflectors];
  // The operator does without the one that it may not watch.
  const isDenied = namespaces.reflector.lastSeenVersion() === '';
  const watches = Object.entries(
    Object.groupBy(
      isDenied ? needed : [...needed, namespaces.reflector],
      ({ resource }) => resource,
    ),
  );
  return {
    workqueue_depth: LANES.map((lane) => [{ name: 'reconcile', priority: lane }, depth[lane]]),
    workqueue_longest_running_processor_seconds: [
      [{ name: 'reconcile' }, controller.longestRunMs() / 1000],
    ],
    // A namespaced operator has a watch of each resource per namespace.
    vault_lease_operator_watch_failures: watches.map(([resource, all = []]) => [
      { resource },
      Math.max(...all.map(({ failures }) => failures)),
    ]),
  };
}

const RECORD_STATES = [
  'pending',
  'current',
  'retiring',
  'locked',
  'foreign',
  'unreadable',
] as const;

function ledgerOf(book: Book): Readings {
  const counts = book.counts();
  const since = { pending: [], retiring: [] } as Record<'pending' | 'retiring', number[]>;
  for (const record of book.all())
    if (record.state !== 'current') since[record.state].push(stateSince(record));
  return {
    vault_lease_operator_ledger_records: RECORD_STATES.map((state) => [{ state }, counts[state]]),
    vault_lease_operator_ledger_oldest_timestamp_seconds: (['pending', 'retiring'] as const)
      .filter((state) => since[state].length > 0)
      .map((state) => [{ state }, Math.min(...since[state]) / 1000]),
  };
}

function pauseOf({ pause }: Wired, now: number): Readings {
  const isPaused = pause.until(now) !== undefined;
  return { vault_lease_operator_give_back_paused: [[{}, isPaused ? 1 : 0]] };
}

function stateSince({ retirement, createdAt }: LedgerRecord): number {
  return retirement?.at ?? createdAt;
}

function tokensOf({ book, vault }: Wired): Readings {
  const owning = book.all().filter(({ state }) => state === 'current');
  const first = {
    credential: Math.min(...owning.map(tokenEndsAt)),
    identity: vault.sessions.firstTokenEnd() ?? Number.POSITIVE_INFINITY,
  };
  return {
    vault_lease_operator_token_expiry_timestamp_seconds: (['credential', 'identity'] as const)
      .filter((owner) => Number.isFinite(first[owner]))
      .map((owner) => [{ owner }, first[owner] / 1000]),
  };
}
