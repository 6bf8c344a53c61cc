/** One replica: the real reconcilers, book and planners on ports that wait at the gate. */
import { Book } from '../../../src/ledger/book.ts';
import { GiveBackPause } from '../../../src/ledger/give-back-pause.ts';
import { Held } from '../../../src/ledger/held.ts';
import { MemoryRecords } from '../../../src/ledger/memory-records.ts';
import { UNHARDENED } from '../../../src/plan/identity/hardening.ts';
import { Connections } from '../../../src/reconcile/access/connections.ts';
import { reconcileRetiring, recordRef } from '../../../src/reconcile/credential/give-back.ts';
import type { Deps } from '../../../src/reconcile/deps.ts';
import { reconcileDynamic } from '../../../src/reconcile/leased/dynamic-secret.ts';
import type { StoredObject } from '../../../src/reconcile/ports.ts';
import { RecordingObserver } from '../../fakes/observer.ts';
import { OVERLAP_MS, OWNER_GRACE_MS } from '../model/judgement.ts';
import { Gate } from './gate.ts';
import { objectsOf, recordsOf, secretsOf, workloadsOf } from './kubernetes-ports.ts';
import type { Stand } from './stand.ts';
import { vaultTokens } from './vault-ports.ts';
import { KEY, NAMESPACE, nameOf, type World } from './world.ts';

/** Tokens are plain here. */
const NO_CIPHER = {
  encrypt: () => Promise.reject(new Error('nothing is encrypted here')),
  decrypt: () => Promise.reject(new Error('nothing is encrypted here')),
};

const ENDPOINT = {
  address: 'https://vault.example',
  skipVerify: false,
  headers: {},
  timeoutMs: 1_000,
};

export class Process {
  readonly stand: Stand;
  readonly book: Book;
  readonly #deps: Deps;

  constructor(world: World, holder: string) {
    this.stand = { world, gate: new Gate(), leads: false, view: undefined };
    this.book = new Book({
      store: recordsOf(this.stand),
      cluster: 'cluster',
      clock: world.clock,
      cipher: NO_CIPHER,
      form: 'plain',
    });
    this.#deps = depsOf(this.stand, this.book, holder);
  }

  lag(): void {
    const { objects, secrets } = this.stand.world;
    this.stand.view = { objects: new Map(objects), secrets: new Map(secrets) };
  }

  begin(about: 'cr' | 'record', id: number): void {
    const context = { reconcileId: 'replay', attempt: 0, observer: new RecordingObserver() };
    const ref = { kind: 'VaultDynamicSecret', namespace: NAMESPACE, name: nameOf(id) };
    const record = this.book.all().find(({ secretToken }) => Number(secretToken.open()) === id);
    this.stand.gate.begin(about, id, (signal) =>
      about === 'cr'
        ? reconcileDynamic(this.#deps, ref, { ...context, signal })
        : reconcileRetiring(this.#deps, recordRef(this.#deps, record?.revision ?? ''), {
            ...context,
            signal,
          }),
    );
  }

  /** State of every record that it knows, by the number of its login. */
  known(): { rev: number; state: string }[] {
    return this.book
      .all()
      .map(({ secretToken, state }) => ({ rev: Number(secretToken.open()), state }));
  }
}

function depsOf(stand: Stand, book: Book, holder: string): Deps {
  const { world } = stand;
  return {
    clock: world.clock,
    settings: {
      operatorNamespace: 'operator',
      allowDefaultGlobals: false,
      excludeRaw: true,
      hardening: UNHARDENED,
      overlapMs: OVERLAP_MS,
      ownerGraceMs: OWNER_GRACE_MS,
      cluster: 'cluster',
      holder,
    },
    store: {
      get: ({ kind, name }) =>
        kind === 'VaultDynamicSecret' ? (stand.view ?? world).objects.get(name) : SETTING[kind],
      list: unasked,
      outOfSight: () => undefined,
      watches: () => true,
    },
    namespaces: { annotations: () => undefined },
    objects: objectsOf(stand),
    secrets: secretsOf(stand),
    events: { emit: () => undefined },
    workloads: workloadsOf(stand),
    files: { read: unasked },
    reads: {
      read: unasked,
      forget: unasked,
      undo: unasked,
      sourcesOf: unasked,
      tokenTtlMs: unasked,
      renewLease: unasked,
    },
    tokens: vaultTokens(stand),
    sharedTokens: undefined,
    loginSources: { digestOf: unasked },
    clientCertificates: { look: unasked },
    probes: { health: unasked },
    authHealth: { lastLogin: unasked },
    connections: connectionsOf(),
    book,
    held: new Held(),
    pause: new GiveBackPause(new MemoryRecords(), 0),
    rotations: new Map(),
    refusals: new Map(),
    steps: new Map(),
    unleased: new Map(),
    strays: new Map(),
    hmacKey: KEY,
    newRevision: () => `${holder}-${world.version()}`,
    wake: () => undefined,
  };
}

function unasked(): never {
  throw new Error('nobody asks for this');
}

function connectionsOf(): Connections {
  const connections = new Connections();
  const ref = { kind: 'VaultConnection', namespace: NAMESPACE, name: 'vault' };
  connections.put(ref, { uid: 'vault', generation: 1, endpoint: ENDPOINT });
  return connections;
}

const META = {
  namespace: NAMESPACE,
  generation: 1,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
};
const SETTING: Readonly<Record<string, StoredObject>> = {
  VaultAuth: {
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind: 'VaultAuth',
    metadata: { ...META, name: 'app', uid: 'auth' },
    spec: {
      vaultConnectionRef: 'vault',
      method: 'kubernetes',
      mount: 'kubernetes',
      kubernetes: { role: 'app', serviceAccount: 'app' },
    },
  },
  VaultConnection: {
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind: 'VaultConnection',
    metadata: { ...META, name: 'vault', uid: 'vault' },
    spec: { address: ENDPOINT.address },
  },
};
