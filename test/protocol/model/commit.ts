/** What a call does to Vault and the API server when it arrives there, and whether they accept it. Notes what breaks. */
import type { Rules } from './rules.ts';
import type { Call, Replica, Resource, Run, Secret, State, Stored } from './state.ts';

/** dead: Vault says that the token is invalid. */
export type Answer = 'done' | 'refused' | 'dead';

interface Arrival {
  readonly state: State;
  readonly replica: Replica;
  readonly run: Run;
  readonly rules: Rules;
}

export function commit(arrival: Arrival): Answer {
  return COMMITS[arrival.run.call](arrival);
}

const COMMITS: Readonly<Record<Call, (arrival: Arrival) => Answer>> = {
  login,
  shorten: (arrival) => amendToken(arrival, true),
  open,
  issue,
  extend: (arrival) => amendToken(arrival, false),
  renew: (arrival) => amendToken(arrival, false),
  undo: revoke,
  write,
  promote: (arrival) =>
    rewrite(arrival, ({ rev }) => ({
      ...newRecord(rev),
      state: 'current',
      short: arrival.run.short,
    })),
  retire: (arrival) =>
    rewrite(arrival, (record) => ({
      ...record,
      state: 'retiring',
      short: arrival.run.short,
      why: arrival.run.why,
      successor: arrival.run.successor,
      over: false,
    })),
  stamp,
  status,
  revoke,
  drop,
};

function login({ state, replica, run }: Arrival): Answer {
  const by = state.replicas.indexOf(replica) as 0 | 1;
  const { id: cr, repair, restarts } = run;
  const { uid, digest } = resourceOf(run);
  run.rev = state.revs.length;
  state.revs.push({ cr, uid, digest, repair, restarts, by, madeBy: by, age: 0 });
  state.tokens.push({ rev: run.rev, short: false, lease: false });
  return 'done';
}

export function resourceOf({ resource }: Run): Resource {
  if (!resource) throw new Error('a run without an object issues and writes nothing');
  return resource;
}

function amendToken({ state, run }: Arrival, short: boolean): Answer {
  const token = state.tokens.find(({ rev }) => rev === run.rev);
  if (!token) return 'dead';
  token.short = short;
  return 'done';
}

function open({ state, run }: Arrival): Answer {
  state.records.push(newRecord(run.rev));
  return 'done';
}

function newRecord(rev: number): Stored {
  return { rev, state: 'pending', short: true, why: '', successor: -1, over: false };
}

function issue({ state, run }: Arrival): Answer {
  const token = state.tokens.find(({ rev }) => rev === run.rev);
  if (!token) return 'dead';
  token.lease = true;
  return 'done';
}

/** A create finds the name taken, a replace finds another version, or none. */
function write({ state, replica, run, rules }: Arrival): Answer {
  const there = state.secrets[run.id] ?? null;
  const mayWrite = run.over === 'none' ? !there : there && run.over === 'same';
  if (rules.preconditions && !mayWrite) return 'refused';
  const mark = rules.wholeSecrets ? run.rev : (there?.mark ?? -1);
  putSecret(state, run.id, { uid: resourceOf(run).uid, data: run.rev, mark, edited: false });
  if (!state.carried.includes(run.rev)) state.carried.push(run.rev);
  if (replica.view) {
    replica.view.secrets[run.id] = state.secrets[run.id] ?? null;
    replica.view.same[run.id] = true;
  }
  return 'done';
}

/** Whoever judged the Secret before judged another one. */
export function putSecret(state: State, cr: number, secret: Secret | null): void {
  state.secrets[cr] = secret;
  for (const { view, runs } of state.replicas) {
    if (view) view.same[cr] = false;
    for (const run of runs)
      if (run.about === 'cr' && run.id === cr && run.over === 'same') run.over = 'moved';
  }
}

/** As `Book`: what somebody else wrote meanwhile does not count while we lead. */
function rewrite({ state, replica, run }: Arrival, change: (record: Stored) => Stored): Answer {
  const entry = replica.book.find(({ rev }) => rev === run.rev);
  if (!entry) return 'done';
  const index = state.records.findIndex(({ rev }) => rev === run.rev);
  const record = state.records[index];
  if (!record && entry.unsure) {
    replica.book = replica.book.filter((each) => each !== entry);
    return 'done';
  }
  if (!entry.fresh && !replica.leads) return 'refused';
  const wanted = change(record ?? newRecord(run.rev));
  if (record?.state !== wanted.state) state.records.splice(index, record ? 1 : 0, wanted);
  entry.short = run.short;
  noteWriter(state, replica, run.rev);
  return 'done';
}

/** Others know an older version of the record now. */
function noteWriter(state: State, writer: Replica, rev: number): void {
  for (const replica of state.replicas)
    for (const entry of replica.book) if (entry.rev === rev) entry.fresh = replica === writer;
  const own = writer.book.find((entry) => entry.rev === rev);
  if (own) own.unsure = false;
}

function stamp({ state, run, rules }: Arrival): Answer {
  const history = state.stamps[run.id] ?? [];
  const value = rules.stableStamps ? run.rev : history.length + 100;
  if (history.at(-1) === value) return 'done';
  if (!state.carried.includes(run.rev)) state.broken = 'a restart without a changed Secret';
  if (rules.stableStamps ? history.includes(value) : history.length > 0)
    state.broken = 'a second restart for one revision';
  history.push(value);
  return 'done';
}

function status({ state, replica, run }: Arrival): Answer {
  const resource = state.crs[run.id];
  if (!resource) return 'done';
  if (resource.uid !== run.resource?.uid) return 'refused';
  patch(state, replica, run, { restarted: run.rev, failed: false });
  return 'done';
}

/** One's own writes show in the watched copies at once. */
export function patch(
  state: State,
  { view }: Replica,
  { id, resource }: Run,
  change: Partial<Resource>,
): void {
  for (const { crs } of view ? [state, view] : [state])
    if (crs[id] && crs[id]?.uid === resource?.uid) Object.assign(crs[id], change);
}

function revoke({ state, run }: Arrival): Answer {
  const owner = state.revs[run.rev];
  const live = state.secrets.find((secret) => secret?.mark === run.rev || secret?.data === run.rev);
  const isOwned = state.crs.some((resource) => resource?.uid === owner?.uid);
  const isAlive = state.tokens.some(({ rev, lease }) => rev === run.rev && lease);
  if (isAlive && live && isOwned) state.broken = 'the credential in the Secret is revoked';
  else if (isAlive && state.carried.includes(run.rev) && !isOver(state, run.rev))
    state.broken = 'a credential that pods may use is revoked before its overlap is over';
  state.tokens = state.tokens.filter(({ rev }) => rev !== run.rev);
  return 'done';
}

function isOver(state: State, rev: number): boolean {
  const record = state.records.find((each) => each.rev === rev);
  if (record?.state !== 'retiring') return false;
  if (record.why !== 'replaced' || record.successor < 0) return record.over;
  const cr = state.revs[rev]?.cr ?? 0;
  return record.over || (state.stamps[cr] ?? []).some((rev) => rev >= record.successor);
}

function drop({ state, run }: Arrival): Answer {
  state.records = state.records.filter(({ rev }) => rev !== run.rev);
  return 'done';
}
