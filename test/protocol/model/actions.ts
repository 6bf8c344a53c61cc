/** Everything that can happen next: steps of the replicas and of the cluster, which must happen some day, and faults and edits, which need not. */
import { commit, putSecret } from './commit.ts';
import { type At, answered, beginRecord, beginResource } from './process.ts';
import type { Rules } from './rules.ts';
import {
  type Entry,
  type Replica,
  type Run,
  type State,
  type Stored,
  settledForm,
} from './state.ts';

export type Outcome = 'ok' | 'lost' | 'fail' | 'late' | 'never';

export type Action =
  /** Of a replica: a process that starts, comes to lead, hears what its watches missed. */
  | { readonly do: 'start' | 'lead' | 'deliver' | 'catch-up'; readonly replica: number }
  | { readonly do: 'look' | 'give-back'; readonly replica: number; readonly id: number }
  | {
      readonly do: 'call';
      readonly replica: number;
      readonly about: Run['about'];
      readonly id: number;
      readonly outcome: Outcome;
    }
  /** The garbage collector, and time. */
  | { readonly do: 'collect'; readonly id: number }
  | { readonly do: 'pass' }
  | { readonly do: 'crash' | 'take-over' | 'lag'; readonly replica: number }
  | { readonly do: 'stall' }
  | {
      readonly do: 'edit' | 'edit-secret' | 'delete-secret' | 'delete' | 'recreate';
      readonly id: number;
    };

const FAULTS: ReadonlySet<string> = new Set(['crash', 'take-over', 'lag', 'stall']);
const EDITS: ReadonlySet<string> = new Set([
  'edit',
  'edit-secret',
  'delete-secret',
  'delete',
  'recreate',
]);

/** Whether it need not happen. */
export function isDisturbance(action: Action): boolean {
  if (action.do === 'call') return action.outcome === 'lost' || action.outcome === 'fail';
  return FAULTS.has(action.do) || EDITS.has(action.do);
}

/** What may happen next, except for the passing of time that comes when nothing else is left. Some of it changes nothing. */
export function possible(state: State): Action[] {
  const actions: Action[] = [];
  const isLed = state.replicas.some(({ leads }) => leads);
  for (const [index, replica] of state.replicas.entries())
    actions.push(...ofReplica(state, replica, index, isLed));
  for (const [id, secret] of state.secrets.entries())
    if (secret && !state.crs.some((resource) => resource?.uid === secret.uid))
      actions.push({ do: 'collect', id });
  const isLate = state.replicas.some(({ leads, runs }) => !leads && runs.length > 0);
  if (state.faults > 0 && !isLate) actions.push({ do: 'stall' });
  if (state.edits > 0) for (const id of state.crs.keys()) actions.push(...editsOf(state, id));
  return actions;
}

function ofReplica(state: State, replica: Replica, index: number, isLed: boolean): Action[] {
  if (!replica.up) return [{ do: 'start', replica: index }];
  const actions: Action[] = [...work(state, replica, index)];
  // The replicas are alike: which of them is the first to lead makes no difference.
  const isAlike = state.revs.length === 0 && index > 0;
  if (!isLed && !isAlike) actions.push({ do: 'lead', replica: index });
  if (replica.view) actions.push({ do: 'deliver', replica: index });
  if (replica.leads && unknown(state, replica).length > 0)
    actions.push({ do: 'catch-up', replica: index });
  if (state.faults === 0) return actions;
  if (replica.leads || replica.runs.length > 0) actions.push({ do: 'crash', replica: index });
  if (isLed && !replica.leads) actions.push({ do: 'take-over', replica: index });
  if (!replica.view) actions.push({ do: 'lag', replica: index });
  return actions;
}

function work(state: State, replica: Replica, index: number): Action[] {
  const calls = replica.runs.flatMap(({ about, id, call }): Action[] =>
    outcomes(state, replica, call).map((outcome) => ({
      do: 'call',
      replica: index,
      about,
      id,
      outcome,
    })),
  );
  if (!replica.leads) return calls;
  const isFree = (about: Run['about'], id: number): boolean =>
    !replica.runs.some((run) => run.about === about && run.id === id);
  const looks = [...state.crs.keys()]
    .filter((id) => isFree('cr', id))
    .map((id): Action => ({ do: 'look', replica: index, id }));
  const backs = replica.book
    .filter(({ rev, state: is }) => is === 'retiring' && isFree('record', rev))
    .map(({ rev }): Action => ({ do: 'give-back', replica: index, id: rev }));
  return [...calls, ...looks, ...backs];
}

/** The call of a replica that no longer leads was sent before, and arrives late or never. */
function outcomes(state: State, replica: Replica, call: Run['call']): Outcome[] {
  if (!replica.leads) return ['late', 'never'];
  if (state.faults === 0) return ['ok'];
  return call === 'status' ? ['ok', 'fail'] : ['ok', 'lost', 'fail'];
}

function editsOf(state: State, id: number): Action[] {
  const secret = state.secrets[id];
  if (!state.crs[id]) return [{ do: 'recreate', id }];
  return [
    { do: 'edit', id },
    { do: 'delete', id },
    ...(secret ? [{ do: 'delete-secret', id } as const] : []),
    ...(secret && !secret.edited ? [{ do: 'edit-secret', id } as const] : []),
  ];
}

/** Changes the state. */
export function perform(state: State, action: Action, rules: Rules): State {
  if (isDisturbance(action)) {
    if (EDITS.has(action.do)) state.edits -= 1;
    else state.faults -= 1;
  }
  if ('replica' in action) performBy(state, action, rules);
  else performIn(state, action);
  return settledForm(state);
}

function performBy(state: State, action: Extract<Action, { replica: number }>, rules: Rules): void {
  const replica = state.replicas[action.replica];
  if (!replica) throw new Error('there is no such replica');
  const at = { state, replica, rules };
  switch (action.do) {
    case 'look':
      return beginResource(at, action.id);
    case 'give-back':
      return beginRecord(at, action.id);
    case 'call':
      return answer(at, action);
    case 'crash':
      return crash(state, replica, action.replica);
    case 'start':
      replica.up = true;
      return;
    case 'lead':
    case 'take-over':
    case 'catch-up':
    case 'deliver':
    case 'lag':
      return turnOver(state, replica, action.do);
  }
}

function answer(at: At, { about: kind, id: number, outcome }: Extract<Action, { do: 'call' }>) {
  const run = at.replica.runs.find(({ about, id }) => about === kind && id === number);
  if (!run) throw new Error('there is no such run');
  const isHeard = outcome !== 'fail' && outcome !== 'never';
  const reply = isHeard ? commit({ ...at, run }) : undefined;
  answered(at, run, outcome === 'lost' ? undefined : reply);
}

/** What becomes of a replica's lead, and of what it sees. */
function turnOver(
  state: State,
  replica: Replica,
  what: 'lead' | 'take-over' | 'catch-up' | 'deliver' | 'lag',
): void {
  switch (what) {
    case 'lead':
    case 'take-over':
      for (const each of state.replicas) each.leads = each === replica;
      replica.book = state.records.map(entryOf);
      return;
    case 'catch-up':
      replica.book.push(...unknown(state, replica).map(entryOf));
      return;
    case 'deliver':
      replica.view = null;
      return;
    case 'lag':
      replica.view = structuredClone({
        crs: state.crs,
        secrets: state.secrets,
        same: state.secrets.map(() => true),
      });
  }
}

function entryOf({ rev, state, short }: Stored): Entry {
  return { rev, state, short, fresh: true, loaded: true, unsure: false };
}

/** Records that came after the ledger was read. */
function unknown(state: State, replica: Replica): Stored[] {
  return state.records.filter(({ rev }) => !replica.book.some((entry) => entry.rev === rev));
}

function crash(state: State, replica: Replica, index: number): void {
  Object.assign(replica, { up: false, leads: false, view: null, book: [], held: [], runs: [] });
  for (const rev of state.revs) if (rev?.by === index) rev.by = -1;
}

function performIn(state: State, action: Exclude<Action, { replica: number }>): void {
  switch (action.do) {
    case 'pass':
    case 'stall':
      return pass(state);
    case 'collect':
    case 'delete-secret':
      return putSecret(state, action.id, null);
    case 'edit-secret': {
      const secret = state.secrets[action.id];
      return putSecret(state, action.id, secret ? { ...secret, edited: true } : null);
    }
    case 'edit': {
      const resource = state.crs[action.id];
      if (resource) resource.digest = 1 - resource.digest;
      return;
    }
    case 'delete':
      state.crs[action.id] = null;
      return;
    case 'recreate': {
      const uid = (state.lastUid[action.id] ?? 0) + state.crs.length;
      state.lastUid[action.id] = uid;
      state.crs[action.id] = { uid, digest: 0, restarted: -1, failed: false };
    }
  }
}

/** Longer than every grace; short tokens live through one and not through two. */
function pass(state: State): void {
  for (const rev of state.revs) if (rev) rev.age = Math.min(2, rev.age + 1);
  for (const record of state.records) if (record.state === 'retiring') record.over = true;
  state.tokens = state.tokens.filter(
    ({ rev, short }) => !(short && (state.revs[rev]?.age ?? 0) >= 2),
  );
}
