/** Everything a reconciler may use. Built once in main.ts, where the compiler proves that the adapters fit. */
import type { Book } from '../ledger/book.ts';
import type { GiveBackPause } from '../ledger/give-back-pause.ts';
import type { Held } from '../ledger/held.ts';
import type { SharedTokens, VaultTokens } from '../ledger/ports.ts';
import type { Adopted } from '../plan/credential/stray.ts';
import type { HardenedRules } from '../plan/identity/hardening.ts';
import type { Step } from '../plan/rollout.ts';
import type { RotationWatch } from '../plan/static/rotation-watch.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Lane } from '../runtime/controller.ts';
import type { Fault } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import type { Sealed } from '../runtime/sealed.ts';
import type { Connections } from './access/connections.ts';
import type {
  AuthHealth,
  ClientCertificates,
  EventSink,
  Files,
  LoginSources,
  Namespaces,
  ObjectStore,
  Objects,
  Secrets,
  VaultProbes,
  VaultReads,
  Workloads,
} from './ports.ts';

export interface Settings {
  readonly operatorNamespace: string;
  readonly allowDefaultGlobals: boolean;
  readonly excludeRaw: boolean;
  readonly hardening: HardenedRules;
  readonly overlapMs: number;
  readonly ownerGraceMs: number;
  /** See ledger/cluster-stamp.ts. */
  readonly cluster: string;
  /** This process, as it signs ledger records. */
  readonly holder: string;
}

export interface Deps {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly objects: Objects;
  readonly namespaces: Namespaces;
  readonly secrets: Secrets;
  readonly events: EventSink;
  readonly workloads: Workloads;
  readonly files: Files;
  readonly reads: VaultReads;
  readonly tokens: VaultTokens;
  /** In token mode shared only. */
  readonly sharedTokens: SharedTokens | undefined;
  readonly loginSources: LoginSources;
  readonly clientCertificates: ClientCertificates;
  readonly probes: VaultProbes;
  readonly authHealth: AuthHealth;
  readonly connections: Connections;
  readonly book: Book;
  readonly held: Held;
  readonly pause: GiveBackPause;
  /** By source digest, what was seen of the answers: true that they carry no lease, false that they began to. */
  readonly unleased: Map<string, boolean>;
  /** What was seen of the rotation of static roles, by the object. */
  readonly rotations: Map<string, RotationWatch>;
  /** Leases without a record that were found alive, by the object. */
  readonly strays: Map<string, Adopted>;
  /** Why a retiring certificate could not be revoked when last tried, by its revision. */
  readonly refusals: Map<string, Fault>;
  /** Last steps of the rollouts that a retiring credential waits for, by its revision and target. */
  readonly steps: Map<string, Map<string, Step>>;
  /** Key of VSO's MACs, and root of the keys for our own. */
  readonly hmacKey: Sealed<Uint8Array>;
  /** A fresh random revision name. */
  readonly newRevision: () => string;
  /** Queues a reconcile of something else, without a backoff it may have. */
  readonly wake: (ref: Ref, lane: Lane) => void;
}
