/**
 * The life of an operator: learn which cluster this is, watch, and work while leading. Promises that a replica that
 * does not lead writes nothing, and that stopping gives back every token that owns no lease. Owns no process.
 */
import { randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { kubernetesDoor } from './doors.ts';
import { clusterUids } from './kube/cluster.ts';
import type { ClusterAccess } from './kube/cluster-access.ts';
import { hmacKey } from './kube/hmac-key.ts';
import { LeaseLock } from './kube/lease-lock.ts';
import { ownAudiences } from './kube/own-audiences.ts';
import type { Transport } from './kube/transport.ts';
import { stampOf } from './ledger/cluster-stamp.ts';
import type { MacKey } from './plan/secret/mac.ts';
import type { Files } from './reconcile/ports.ts';
import { type Clock, deadline } from './runtime/clock.ts';
import { ALWAYS_LEADING, Leader, type Leadership } from './runtime/leader.ts';
import type { LogLevel, Observer } from './runtime/observer.ts';
import { Shift, untilDone } from './shift.ts';
import { type Wired, wire } from './wiring.ts';

export interface OperatorOptions {
  readonly config: Config;
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly files: Files;
  readonly version: string;
}

function newKey(): Uint8Array {
  return new Uint8Array(randomBytes(16));
}

/** In-flight work may take this long when the operator stops. */
const STOP_WITHIN_MS = 8_000;

/** Said at every start: whoever runs this should know what it means. */
const LEDGER_NOTES: Readonly<Record<Config['ledger'], readonly [LogLevel, string]>> = {
  plain: [
    'warn',
    'Vault tokens of leased credentials are kept unencrypted in Secrets of the operator namespace; restrict who may read them',
  ],
  encrypted: [
    'info',
    'Vault tokens of leased credentials are kept in Secrets of the operator namespace, encrypted by Vault Transit',
  ],
  none: [
    'warn',
    'lease records are kept in memory only; after a crash credentials live until their TTL ends',
  ],
};

interface Surroundings {
  readonly transport: Transport;
  readonly cluster: string;
  readonly key: MacKey;
  readonly apiServerAudiences: readonly string[];
}

export class Operator {
  readonly #options: OperatorOptions;
  readonly #stopping = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  #transport: Transport | undefined;
  #wired: Wired | undefined;
  #leadership: Leadership | undefined;
  #shift: Shift | undefined;
  #isInView = false;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Resolves when the cluster is in view, or when stopped before. */
  async start(): Promise<void> {
    const { config, observer, version } = this.#options;
    const { signal } = this.#stopping;
    const holder = `${config.replica}_${randomBytes(4).toString('hex')}`;
    const userAgent = `vault-lease-operator/${version} (${config.replica})`;
    const transport = kubernetesDoor({ ...this.#options, userAgent });
    this.#transport = transport;
    const around = await this.#learn(transport);
    if (!around) return;
    const leader = config.leaderElect ? this.#leader(transport, holder) : undefined;
    const leadership = leader ?? ALWAYS_LEADING;
    const onRestored = (): void => this.#startOver();
    const wired = wire({
      ...this.#options,
      ...around,
      leadership,
      userAgent,
      holder,
      signal,
      onRestored,
    });
    this.#wired = wired;
    this.#leadership = leadership;
    await this.#watch(wired);
    if (signal.aborted) return;
    this.#isInView = true;
    observer.log('info', 'the cluster is in view');
    observer.log(...LEDGER_NOTES[config.ledger]);
    this.#work(wired, leader);
  }

  /** Undefined when the watches have seen the cluster once. A standby is ready. */
  notReady(): string | undefined {
    if (this.#isInView) return undefined;
    const missing = this.#wired?.secrets.reflectors.find(({ outOfSight }) => outOfSight);
    return missing?.outOfSight?.message ?? 'the cluster is not in view yet';
  }

  /** Undefined while work gets done. */
  notAlive(): string | undefined {
    return this.#wired?.controller.isStuck() ? 'a reconcile does not end' : undefined;
  }

  /** Whether this replica does the work: it leads, or is the only one by configuration. */
  get leads(): boolean {
    return this.#leadership?.state() === 'leading';
  }

  get wired(): Wired | undefined {
    return this.#wired;
  }

  /** Finishes what is under way within a grace, gives tokens back and releases the lead. */
  async stop(): Promise<void> {
    const { clock, observer } = this.#options;
    observer.log('info', 'stopping');
    this.#wired?.scheduler.stop();
    using limit = deadline(clock, STOP_WITHIN_MS, new AbortController().signal);
    const over = new Promise<void>((resolve) =>
      limit.signal.addEventListener('abort', () => resolve()),
    );
    await Promise.race([this.#wired?.queue.stop(), over]);
    await this.#wired?.vault.close();
    this.#stopping.abort();
    await Promise.allSettled(this.#tasks);
    await this.#transport?.close();
    observer.log('info', 'stopped');
  }

  /** As if the process had died: nothing more is sent. */
  async abandon(): Promise<void> {
    this.#wired?.scheduler.stop();
    this.#wired?.queue.pause();
    this.#stopping.abort(new Error('abandoned'));
    await this.#transport?.close();
    await Promise.allSettled(this.#tasks);
  }

  async #learn(transport: Transport): Promise<Surroundings | undefined> {
    const { config } = this.#options;
    const { signal } = this.#stopping;
    let learned: Surroundings | undefined;
    await untilDone({ ...this.#options, signal }, 'the cluster could not be asked', async () => {
      const apiServerAudiences = await ownAudiences(this.#options.access);
      const cluster = stampOf(await clusterUids(transport, config.operatorNamespace, signal));
      const key = await hmacKey(transport, config.operatorNamespace, newKey, signal);
      learned = { transport, cluster, key, apiServerAudiences };
    });
    return learned;
  }

  /** One watch found that the cluster was restored: the others may not have noticed, and the ledger is another one. */
  #startOver(): void {
    if (!this.#wired) return;
    for (const watch of reflectorsOf(this.#wired)) watch.startOver();
    void this.#shift?.restored();
  }

  async #watch(wired: Wired): Promise<void> {
    const { objects, namespaces, secrets } = wired;
    const { signal } = this.#stopping;
    for (const watch of reflectorsOf(wired)) this.#tasks.push(watch.run(signal));
    // Nothing can be done without the Secrets in view; a kind that may not be seen holds up no other.
    const needed = secrets.reflectors.map(({ synced }) => synced);
    const others = [...objects.reflectors, namespaces.reflector].map(({ settled }) => settled);
    await Promise.all([...needed, ...others]).catch(() => undefined);
  }

  #work(wired: Wired, leader: Leader | undefined): void {
    const { config } = this.#options;
    const { signal } = this.#stopping;
    const { operatorNamespace } = config;
    this.#shift = new Shift({ ...this.#options, ...wired, operatorNamespace, signal });
    wired.controller.start();
    this.#tasks.push(leader ? leader.run(signal) : this.#shift.enter('leading'));
  }

  #leader(transport: Transport, me: string): Leader {
    const { config } = this.#options;
    return new Leader({
      ...this.#options,
      me,
      lock: new LeaseLock(transport, config.operatorNamespace),
      onChange: (state) => void this.#shift?.enter(state),
    });
  }
}

function reflectorsOf({ objects, namespaces, secrets }: Wired) {
  return [...objects.reflectors, ...secrets.reflectors, namespaces.reflector];
}
