/**
 * What a replica does: begin a run, ask the planner, send a call, and go on from its answer or its failure. The order
 * of the calls is that of src/ledger and src/reconcile; the replay holds the two together.
 */
import { inPlace } from '../../../src/plan/credential/records.ts';
import { type Answer, patch, resourceOf } from './commit.ts';
import { judge, type Look, look, mayGoBack, ofResource, seenResource } from './judgement.ts';
import type { Rules } from './rules.ts';
import type { Call, Entry, Replica, Run, State } from './state.ts';

export interface At {
  readonly state: State;
  readonly replica: Replica;
  readonly rules: Rules;
}

/** A former leader goes on renewing. */
const UNGUARDED: ReadonlySet<Call> = new Set<Call>(['shorten', 'extend', 'renew']);

/** Steps 1 to 4. */
const ISSUING: readonly Call[] = ['login', 'shorten', 'open', 'issue', 'extend'];
const RECORDED_LATE: readonly Call[] = ['login', 'shorten', 'issue', 'extend', 'open'];

/** Looks at a custom resource, present or not. */
export function beginResource(at: At, cr: number): void {
  const resource = seenResource(at.state, at.replica, cr);
  const run = newRun('cr', cr, resource && { ...resource });
  at.replica.runs.push(run);
  if (resource) turn(at, run);
  else retireAll(at, run);
}

/** Looks at a retiring record. */
export function beginRecord(at: At, rev: number): void {
  if (!mayGoBack(at.state, rev, at.rules)) return;
  const run = newRun('record', rev, null);
  run.rev = rev;
  at.replica.runs.push(run);
  send(at, run, at.rules.revokeFirst ? 'revoke' : 'drop');
}

/** The call was answered; `undefined` when it failed, or when its answer was lost. */
export function answered(at: At, run: Run, answer: Answer | undefined): void {
  ANSWERS[run.call](at, run, answer);
}

type Continue = (at: At, run: Run) => void;

const either =
  (done: Continue, failed: Continue) =>
  (at: At, run: Run, answer: Answer | undefined): void =>
    answer === 'done' ? done(at, run) : failed(at, run);

const ANSWERS: Readonly<Record<Call, (at: At, run: Run, answer: Answer | undefined) => void>> = {
  login: either(issuing, abandon),
  shorten: either(issuing, undo),
  open: either(issuing, undo),
  issue: either(issuing, abandon),
  extend: (at, run, answer) => extended(at, run, answer === 'done'),
  undo: abandon,
  write: either((at, run) => send(at, run, 'promote'), settle),
  renew: renewed,
  promote: either(changed, settle),
  retire: either(changed, settle),
  stamp: either(changed, restartFailed),
  revoke: (at, run, answer) => (answer === undefined ? end(at, run) : givenBack(at, run)),
  drop: either(givenBack, end),
  status: end,
};

function newRun(about: Run['about'], id: number, resource: Run['resource']): Run {
  return {
    about,
    id,
    resource,
    call: 'status',
    rev: -1,
    over: 'none',
    repair: false,
    restarts: false,
    why: '',
    successor: -1,
    short: false,
    goesOn: 'turn',
    restarted: -1,
    gone: -1,
  };
}

function send(at: At, run: Run, call: Call): void {
  run.call = call;
  run.short = isRecordWrite(call) && entryOf(at.replica, run.rev)?.short === true;
  if (call === 'open')
    at.replica.book.push({
      rev: run.rev,
      state: 'pending',
      short: true,
      fresh: false,
      loaded: false,
      unsure: true,
    });
  if (!at.replica.leads && !isOpenToAll(at.replica, run)) answered(at, run, undefined);
}

function isRecordWrite(call: Call): boolean {
  return call === 'promote' || call === 'retire';
}

/** A record that may not have reached its store is read before it is written. */
function isOpenToAll(replica: Replica, { call, rev }: Run): boolean {
  return UNGUARDED.has(call) || (call === 'retire' && entryOf(replica, rev)?.unsure === true);
}

function turn(at: At, run: Run): void {
  const seen = look(at.state, at.replica, run, at.rules);
  const plan = judge(seen, at.rules);
  if ('revision' in plan) run.rev = Number(plan.revision);
  run.goesOn = 'turn';
  switch (plan.kind) {
    case 'retire':
      run.why = plan.why;
      run.successor = plan.successor === '' ? -1 : Number(plan.successor);
      return plan.why === 'owner-gone' && isThere(at, run.rev)
        ? settle(at, run)
        : send(at, run, 'retire');
    case 'promote':
      return send(at, run, 'promote');
    case 'write':
      return sendWrite(at, run, seen);
    case 'issue':
      run.repair = plan.repair;
      run.restarts = plan.restarts;
      return send(at, run, 'login');
    case 'renew-token':
      return send(at, run, 'renew');
    case 'restart':
      return restart(at, run);
    case 'wait':
      return settle(at, run);
    case 'adopt':
    case 'renew-lease':
    case 'rewrite-metadata':
      throw new Error(`${plan.kind} has no place in the model`);
  }
}

/** After a failure the targets are looked at first. */
function restart(at: At, run: Run): void {
  const isThere = at.state.stamps[run.id]?.at(-1) === run.rev;
  if (!resourceOf(run).failed || !isThere) return send(at, run, 'stamp');
  run.restarted = run.rev;
  return turn(at, run);
}

/** The status says so, which in the model costs no call. */
function restartFailed(at: At, run: Run): void {
  if (at.replica.leads) patch(at.state, at.replica, run, { failed: true });
  settle(at, run);
}

function sendWrite(at: At, run: Run, { secret, same }: Look): void {
  const held = at.replica.held.find(({ rev }) => rev === run.rev);
  if (held) held.attempted = true;
  if (!secret) run.over = 'none';
  else run.over = same ? 'same' : 'moved';
  send(at, run, 'write');
}

function issuing(at: At, run: Run): void {
  if (run.call === 'open') opened(at.replica, run.rev);
  const order = at.rules.recordFirst ? ISSUING : RECORDED_LATE;
  const next = order[order.indexOf(run.call) + 1];
  return next ? send(at, run, next) : hold(at, run);
}

/** Whatever the book held before: it may have been read anew while the record was on its way. */
function opened({ book }: Replica, rev: number): void {
  const entry = book.find((each) => each.rev === rev);
  const certain = { fresh: true, loaded: false, unsure: false };
  if (entry) Object.assign(entry, certain);
  else book.push({ rev, state: 'pending', short: true, ...certain });
}

/** A token that stays short is no reason to lose the credential. */
function extended(at: At, run: Run, isDone: boolean): void {
  const entry = entryOf(at.replica, run.rev);
  if (isDone && entry) entry.short = false;
  issuing(at, run);
}

function hold(at: At, run: Run): void {
  at.replica.held.push({ rev: run.rev, attempted: false });
  turn(at, run);
}

/** The token owns nothing yet. */
function undo(at: At, run: Run): void {
  send(at, run, 'undo');
}

/** Whatever was opened is retired. */
function abandon(at: At, run: Run): void {
  const me = at.state.replicas.indexOf(at.replica);
  const left = ofResource(at.state, at.replica, run.id).find(
    ({ rev, state }) => state === 'pending' && at.state.revs[rev]?.by === me,
  );
  if (!left) return settle(at, run);
  run.rev = left.rev;
  run.why = 'unused';
  run.goesOn = 'abandon';
  return send(at, run, 'retire');
}

/** The object is not there: what it left behind retires, once a live read says so too. */
function retireAll(at: At, run: Run): void {
  const left = ofResource(at.state, at.replica, run.id).find(({ state }) => state !== 'retiring');
  if (!left || isThere(at, left.rev)) return end(at, run);
  run.rev = left.rev;
  run.why = 'owner-gone';
  run.goesOn = 'gone';
  return send(at, run, 'retire');
}

/** A live read of the owner of a revision. */
function isThere({ state, rules }: At, rev: number): boolean {
  const uid = state.revs[rev]?.uid;
  return rules.liveAbsence && state.crs.some((resource) => resource?.uid === uid);
}

function renewed(at: At, run: Run, answer: Answer | undefined): void {
  if (answer === undefined) return settle(at, run);
  const entry = entryOf(at.replica, run.rev);
  if (answer === 'dead') run.gone = run.rev;
  else if (entry) entry.short = false;
  return turn(at, run);
}

function changed(at: At, run: Run): void {
  const { replica } = at;
  const entry = entryOf(replica, run.rev);
  if (run.call === 'stamp') run.restarted = run.rev;
  else {
    if (entry) entry.state = run.call === 'promote' ? 'current' : 'retiring';
    replica.held = replica.held.filter(({ rev }) => rev !== run.rev);
  }
  if (run.call === 'retire' && run.goesOn === 'abandon') return abandon(at, run);
  if (run.call === 'retire' && run.goesOn === 'gone') return retireAll(at, run);
  return turn(at, run);
}

function givenBack(at: At, run: Run): void {
  const { replica, rules } = at;
  if (run.call === 'drop') replica.book = replica.book.filter(({ rev }) => rev !== run.rev);
  const isLast = (run.call === 'drop') === rules.revokeFirst;
  return isLast ? end(at, run) : send(at, run, rules.revokeFirst ? 'drop' : 'revoke');
}

/** The status remembers which revision the targets were given. */
function settle(at: At, run: Run): void {
  if (!run.resource) return end(at, run);
  const seen = look(at.state, at.replica, run, at.rules);
  const record = seen.world.secret?.intact ? inPlace(seen.world) : undefined;
  const isRestarted = !record?.restarts || seen.world.restartedRevision === record.revision;
  const inStatus = record && isRestarted ? Number(record.revision) : seen.resource.restarted;
  const restarted = run.restarted < 0 ? inStatus : run.restarted;
  if (restarted === resourceOf(run).restarted) return end(at, run);
  run.rev = restarted;
  return send(at, run, 'status');
}

function end({ replica }: At, run: Run): void {
  replica.runs = replica.runs.filter((each) => each !== run);
}

function entryOf(replica: Replica, rev: number): Entry | undefined {
  return replica.book.find((entry) => entry.rev === rev);
}
