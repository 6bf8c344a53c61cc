/**
 * Adapters and machinery, joined. Here the compiler proves that the adapters fit the reconcilers' ports. Starts
 * nothing: operator.ts does.
 */
import { randomBytes } from 'node:crypto';
import { KINDS } from './api/kinds.ts';
import type { Config } from './config.ts';
import { type VaultDoor, vaultDoor } from './doors.ts';
import { Events } from './kube/events.ts';
import { Namespaces } from './kube/namespaces.ts';
import { CustomObjects } from './kube/objects.ts';
import { OperatorSecrets } from './kube/operator-secrets.ts';
import type { ReflectorNote } from './kube/reflector.ts';
import { DestinationSecrets } from './kube/secrets.ts';
import type { Transport } from './kube/transport.ts';
import { WorkloadPatches } from './kube/workloads.ts';
import { Book } from './ledger/book.ts';
import { GiveBackPause, PAUSE_LABELS } from './ledger/give-back-pause.ts';
import { Held } from './ledger/held.ts';
import { MemoryRecords } from './ledger/memory-records.ts';
import { borrowedBy } from './ledger/owning-token.ts';
import type { RecordStore, TokenCipher } from './ledger/ports.ts';
import type { LedgerRecord } from './ledger/record.ts';
import { RECORD_LABELS } from './ledger/record-secret.ts';
import { type MacKey, secretMac } from './plan/secret/mac.ts';
import { ANNOTATION_PREFIX, KIND_LABELS } from './plan/secret/ownership.ts';
import { Connections } from './reconcile/access/connections.ts';
import { storageCipher } from './reconcile/access/storage-encryption.ts';
import type { Deps, Settings } from './reconcile/deps.ts';
import type { Files } from './reconcile/ports.ts';
import { reconcilersOf } from './reconcile/reconcilers.ts';
import { RequestPace } from './reconcile/request-pace.ts';
import {
  ofNamespaceChange,
  ofSecretChange,
  TRIGGER_LANE,
  triggered,
} from './reconcile/triggers.ts';
import type { Clock } from './runtime/clock.ts';
import { Controller, type Lane } from './runtime/controller.ts';
import type { Leadership } from './runtime/leader.ts';
import type { Observer } from './runtime/observer.ts';
import type { Ref } from './runtime/ref.ts';
import { Scheduler } from './runtime/scheduler.ts';
import { WorkQueue } from './runtime/work-queue.ts';

export interface WiringOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly files: Files;
  readonly transport: Transport;
  readonly leadership: Leadership;
  readonly userAgent: string;
  readonly cluster: string;
  readonly key: MacKey;
  /** What the API server takes tokens for, beside what the configuration says. */
  readonly apiServerAudiences: readonly string[];
  /** Unique for this process. */
  readonly holder: string;
  /** Aborts when the operator stops. */
  readonly signal: AbortSignal;
  /** A watch saw signs that the cluster was restored from a backup. */
  readonly onRestored: () => void;
}

export interface Wired {
  readonly queue: WorkQueue;
  readonly controller: Controller;
  readonly scheduler: Scheduler;
  readonly book: Book;
  readonly pause: GiveBackPause;
  readonly vault: VaultDoor;
  readonly objects: CustomObjects;
  readonly namespaces: Namespaces;
  readonly secrets: DestinationSecrets;
}

export function wire(options: WiringOptions): Wired {
  const { config, clock, observer, signal } = options;
  const queue = new WorkQueue({ concurrency: config.concurrency, clock, observer });
  const scheduler = new Scheduler(clock, queue);
  const wake: Wake = (ref, lane) => controller.changed(ref, lane);
  const pace = new RequestPace({
    clock,
    lookNow: (ref) => wake(ref, TRIGGER_LANE),
    lookAt: (ref, at) => scheduler.wakeBy(ref, at, TRIGGER_LANE),
  });
  const sides = { ...watchedSides(options, wake, pace), vault: vaultSide(options, wake) };
  const deps = depsOf(options, sides, wake);
  const { book, pause } = deps;
  const reconcilers = reconcilersOf(deps);
  const { backoff } = config;
  const parts = { clock, queue, scheduler, observer, reconcilers, signal, backoff };
  const controller: Controller = new Controller(parts);
  return { queue, controller, scheduler, book, pause, ...sides };
}

type Wake = (ref: Ref, lane: Lane) => void;
type Sides = Pick<Wired, 'objects' | 'namespaces' | 'secrets' | 'vault'>;

function watchedSides(options: WiringOptions, wake: Wake, pace: RequestPace): Omit<Sides, 'vault'> {
  const wakeAll = (refs: readonly Ref[]): void => {
    for (const ref of refs) wake(ref, TRIGGER_LANE);
  };
  const { operatorNamespace, watchNamespaces } = options.config;
  const objects = new CustomObjects({
    ...sharedParts(options),
    namespaces: watchNamespaces,
    kinds: Object.fromEntries(Object.values(KINDS).map(({ kind, plural }) => [kind, plural])),
    onChange: (change) => {
      wakeAll(triggered(objects, changeOf(change), operatorNamespace));
      pace.noticed(changeOf(change));
    },
  });
  const namespaces = new Namespaces({
    ...sharedParts(options),
    prefix: ANNOTATION_PREFIX,
    onChange: (namespace) => wakeAll(ofNamespaceChange(objects, namespace)),
    onDenied: () => options.observer.log('warn', NAMESPACES_DENIED),
  });
  const secrets = new DestinationSecrets({
    ...sharedParts(options),
    namespaces: watchNamespaces,
    labels: KIND_LABELS,
    mac: (data) => secretMac(options.key, data),
    onChange: (change) => wakeAll(ofSecretChange(changeOf(change))),
  });
  return { objects, namespaces, secrets };
}

const NAMESPACES_DENIED =
  'namespaces may not be watched, so that the annotation vault-lease-operator/paused counts on objects only';

function vaultSide(options: WiringOptions, wake: Wake): VaultDoor {
  return vaultDoor({
    ...options,
    addresses: options.config.hardening.addresses,
    most: options.config.clientCacheSize,
    onLogin: (authName) => wake(authRef(authName), 'refresh'),
  });
}

function depsOf(options: WiringOptions, sides: Sides, wake: Wake): Deps {
  const { clock, files, key, transport, signal, observer } = options;
  const { objects, namespaces, secrets, vault } = sides;
  const around = {
    store: objects,
    settings: settingsOf(options),
    connections: new Connections(),
  };
  return {
    ...around,
    clock,
    objects,
    namespaces,
    secrets,
    events: new Events({ transport, clock, observer, signal }),
    workloads: new WorkloadPatches(sharedParts(options)),
    files,
    reads: vault.sessions,
    tokens: vault.tokens,
    sharedTokens: isShared(options) ? vault.sessions : undefined,
    loginSources: vault.loginSources,
    clientCertificates: vault.clientCertificates,
    probes: vault.probes,
    authHealth: vault.logins,
    book: bookOf(options, storageCipher(around, vault.transit), vault),
    pause: new GiveBackPause(operatorSecrets(options, PAUSE_LABELS), options.config.restoreQuietMs),
    held: new Held(),
    unleased: new Map(),
    rotations: new Map(),
    strays: new Map(),
    refusals: new Map(),
    steps: new Map(),
    hmacKey: key,
    newRevision: () => randomBytes(8).toString('hex'),
    wake,
  };
}

function settingsOf({ config, cluster, holder, apiServerAudiences: own }: WiringOptions): Settings {
  const { hardening } = config;
  const apiServerAudiences = [...hardening.apiServerAudiences, ...own];
  return { ...config, hardening: { ...hardening, apiServerAudiences }, cluster, holder };
}

function sharedParts(options: WiringOptions) {
  const { transport, clock, leadership, holder } = options;
  return {
    transport,
    clock,
    assertLeading: () => leadership.assertLeading(),
    seed: holder,
    onNote: notesTo(options),
  };
}

function changeOf<T>(change: { readonly was?: T; readonly now?: T }): { before?: T; after?: T } {
  const { was, now } = change;
  return { ...(was && { before: was }), ...(now && { after: now }) };
}

function bookOf(options: WiringOptions, cipher: TokenCipher, vault: VaultDoor): Book {
  const form = options.config.ledger === 'encrypted' ? 'encrypted' : 'plain';
  const { cluster, clock } = options;
  const onFound = (record: LedgerRecord): void => {
    const token = isShared(options) ? borrowedBy(record) : undefined;
    if (token) vault.sessions.adopt(record.token.sharedBy ?? '', token);
  };
  return new Book({ store: recordStore(options), cluster, clock, cipher, form, onFound });
}

function isShared({ config }: WiringOptions): boolean {
  return config.tokenMode === 'shared';
}

function recordStore(options: WiringOptions): RecordStore {
  if (options.config.ledger === 'none') return new MemoryRecords();
  return operatorSecrets(options, RECORD_LABELS);
}

function operatorSecrets(
  { config, transport, leadership }: WiringOptions,
  labels: Readonly<Record<string, string>>,
): OperatorSecrets {
  const assertLeading = (): void => leadership.assertLeading();
  return new OperatorSecrets(transport, config.operatorNamespace, labels, assertLeading);
}

function authRef(authName: string): Ref {
  const [namespace = '', name = ''] = authName.split('/');
  return { kind: 'VaultAuth', namespace, name };
}

function notesTo({ observer, onRestored }: WiringOptions) {
  return (resource: string, note: ReflectorNote): void => {
    switch (note.kind) {
      case 'listed':
        return observer.log('debug', 'listed', { resource, objects: note.objects });
      case 'failed':
        return observer.log('warn', 'a watch failed and is tried again', {
          resource,
          reason: note.fault.reason,
          message: note.fault.message,
        });
      case 'handler-failed':
        return observer.log('error', 'a change could not be handled', { resource }, note.error);
      case 'unreadable':
        return observer.log('warn', 'an object cannot be read', { resource, place: note.place });
      case 'lost':
        return startsOver(observer, resource, note.kind);
      case 'rewound':
      case 'leapt':
        startsOver(observer, resource, note.kind);
        return onRestored();
    }
  };
}

function startsOver(observer: Observer, resource: string, because: ReflectorNote['kind']): void {
  observer.count('vault_lease_operator_watch_relists_total', { resource });
  observer.log('info', 'a watch starts over', { resource, because });
}
