/**
 * One instant of the ledger's protocol: what Vault, the API server and each replica hold. Plain JSON, so that a state
 * is its own key; what nothing refers to any more is blanked, so that states which differ only by history are one.
 */

/** Replicas are 0 and 1; -1 is a process that is no more. */
export type Holder = -1 | 0 | 1;

/** What is fixed about a revision from its login on, and how often time went by since. */
export interface Revision {
  cr: number;
  uid: number;
  digest: number;
  repair: boolean;
  restarts: boolean;
  by: Holder;
  /** The replica that made it, dead or alive: by whose clock it is dated. */
  madeBy: number;
  age: number;
}

/** A live token of Vault. */
export interface Token {
  rev: number;
  /** Ends after a while by itself. */
  short: boolean;
  lease: boolean;
}

export type RecordState = 'pending' | 'current' | 'retiring';
export type Why = '' | 'unused' | 'replaced' | 'owner-gone';

/** A record as the API server holds it. */
export interface Stored {
  rev: number;
  state: RecordState;
  /** What it says of its token. */
  short: boolean;
  why: Why;
  successor: number;
  /** Every grace has gone by since it became retiring. */
  over: boolean;
}

/** A record as a replica knows it. */
export interface Entry {
  rev: number;
  state: RecordState;
  short: boolean;
  /** Nobody wrote it since we read or wrote it. */
  fresh: boolean;
  /** Read, not made by this process since it leads. */
  loaded: boolean;
  /** Not known whether it reached its store. */
  unsure: boolean;
}

export interface Secret {
  /** Of the custom resource whose mark it bears. */
  uid: number;
  /** Whose values it holds, and whose mark. */
  data: number;
  mark: number;
  /** Somebody edited the values. */
  edited: boolean;
}

export interface Resource {
  uid: number;
  digest: number;
  /** status.restartedRevision. */
  restarted: number;
  /** A condition says that a restart failed: then the targets are looked at before they are restarted again. */
  failed: boolean;
}

/** The watched copies of a replica whose watches lag behind. */
export interface View {
  crs: (Resource | null)[];
  secrets: (Secret | null)[];
  /** The Secret was not written since. */
  same: boolean[];
}

/** A call that is under way. Committing it and answering it are two things. */
export type Call =
  | 'login'
  | 'shorten'
  | 'open'
  | 'issue'
  | 'extend'
  | 'undo'
  | 'write'
  | 'promote'
  | 'retire'
  | 'stamp'
  | 'renew'
  | 'status'
  | 'revoke'
  | 'drop';

/** A reconcile of a replica that waits for the answer to a call. */
export interface Run {
  /** Of a custom resource, or of a record. */
  about: 'cr' | 'record';
  id: number;
  call: Call;
  rev: number;
  /** The custom resource as it was when the run began; null when it was not there. */
  resource: Resource | null;
  /** What the Secret was when it was judged: not there, as it is, or written since. */
  over: 'none' | 'same' | 'moved';
  /** Of the credential that is being issued. */
  repair: boolean;
  restarts: boolean;
  why: Why;
  successor: number;
  /** Of a record that is being written: what it will say of its token. */
  short: boolean;
  /** Where the run goes on after the call. */
  goesOn: 'turn' | 'abandon' | 'gone' | 'end';
  /** Learned on the way: the revision that the targets were given, and one whose token is dead. */
  restarted: number;
  gone: number;
}

export interface Held {
  rev: number;
  attempted: boolean;
}

export interface Replica {
  up: boolean;
  leads: boolean;
  view: View | null;
  book: Entry[];
  held: Held[];
  runs: Run[];
}

export interface State {
  /** Left to happen. */
  faults: number;
  edits: number;
  /** By number; null when nothing refers to it. */
  revs: (Revision | null)[];
  tokens: Token[];
  records: Stored[];
  secrets: (Secret | null)[];
  crs: (Resource | null)[];
  /** The last uid of each custom resource; uids are unique. */
  lastUid: number[];
  /** By custom resource, the values of the restart annotation, one after another. */
  stamps: number[][];
  /** Revisions that a Secret ever carried: pods may use them. */
  carried: number[];
  replicas: Replica[];
  /** What was broken on the way here. */
  broken: string;
}

export interface Size {
  readonly crs: number;
  readonly faults: number;
  readonly edits: number;
  /** The custom resources are not there at first. */
  readonly isEmpty?: boolean;
}

export function initial({ crs, faults, edits, isEmpty = false }: Size): State {
  const each = <T>(make: (index: number) => T): T[] =>
    Array.from({ length: crs }, (_, i) => make(i));
  const replica = (): Replica => ({
    up: true,
    leads: false,
    view: null,
    book: [],
    held: [],
    runs: [],
  });
  return {
    faults,
    edits,
    revs: [],
    tokens: [],
    records: [],
    secrets: each(() => null),
    crs: each((index) =>
      isEmpty ? null : { uid: index + 1, digest: 0, restarted: -1, failed: false },
    ),
    lastUid: each((index) => index + 1),
    stamps: each(() => []),
    carried: [],
    replicas: [replica(), replica()],
    broken: '',
  };
}

/** Blanks what nothing refers to, and orders what has no order of its own. */
export function settledForm(state: State): State {
  const used = usedRevisions(state);
  for (const [rev, made] of state.revs.entries()) {
    if (!used.has(rev)) state.revs[rev] = null;
    else if (made && !isAgeing(state, rev, made)) made.age = 0;
  }
  const leased = new Set(state.tokens.filter(({ lease }) => lease).map(({ rev }) => rev));
  state.carried = state.carried.filter((rev) => leased.has(rev)).sort((a, b) => a - b);
  state.stamps = state.stamps.map((values) =>
    values.filter((value, index) => used.has(value) || index === values.length - 1),
  );
  for (const resource of state.crs)
    if (resource && !used.has(resource.restarted)) resource.restarted = -1;
  state.tokens.sort((a, b) => a.rev - b.rev);
  for (const replica of state.replicas) {
    // Whoever comes to lead reads the ledger anew.
    if (!replica.leads && replica.runs.length === 0) replica.book = [];
    const { held, runs } = replica;
    held.sort((a, b) => a.rev - b.rev);
    runs.sort((a, b) => (a.about === b.about ? a.id - b.id : a.about < b.about ? -1 : 1));
  }
  return state;
}

/** Its age decides something still. */
function isAgeing(state: State, rev: number, made: Revision): boolean {
  return (
    made.repair ||
    state.tokens.some((token) => token.rev === rev && token.short) ||
    state.records.some((record) => record.rev === rev && record.short) ||
    state.replicas.some(({ book }) => book.some((entry) => entry.rev === rev && entry.short))
  );
}

/** A token that owns nothing, is on no record and that no run waits for ends by itself: it is forgotten. */
function usedRevisions(state: State): ReadonlySet<number> {
  const used = new Set(state.records.map(({ rev }) => rev));
  for (const secret of state.secrets) if (secret) used.add(secret.data).add(secret.mark);
  for (const { book, held, runs, view } of state.replicas) {
    for (const { rev } of [...book, ...held, ...runs]) used.add(rev);
    for (const secret of view?.secrets ?? []) if (secret) used.add(secret.data);
  }
  state.tokens = state.tokens.filter(({ rev, lease }) => lease || used.has(rev));
  for (const { rev } of state.tokens) used.add(rev);
  return used;
}
