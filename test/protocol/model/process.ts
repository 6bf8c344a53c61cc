/**
 * What a replica does: begin a run, ask the planner, send a call, and go on from its answer or its failure. The order
 * of the calls is that of src/ledger and src/reconcile; the replay holds the two together.
 */
import { inPlace } from '../../../src/plan/dynamic-records.ts';
import { type Answer, resourceOf } from './commit.ts';
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
  const isDone = answer === 'done' || (answer === 'dead' && run.call === 'revoke');
  switch (run.call) {
    case 'login':
    case 'shorten':
    case 'open':
    case 'issue':
    case 'extend':
      return isDone || run.call === 'extend' ? issuing(at, run, isDone) : gaveUp(at, run);
    case 'undo':
      return abandon(at, run);
    case 'write':
      return isDone ? send(at, run, 'promote') : settle(at, run);
    case 'renew':
      return renewed(at, run, answer);
    case 'promote':
    case 'retire':
    case 'stamp':
      return isDone ? changed(at, run) : settle(at, run);
    case 'revoke':
    case 'drop':
      return isDone ? givenBack(at, run) : end(at, run);
    case 'status':
      return end(at, run);
  }
}

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
    then: 'turn',
    restarted: -1,
    gone: -1,
  };
}

function send(at: At, run: Run, call: Call): void {
  run.call = call;
  if (call === 'open')
    at.replica.book.push({
      rev: run.rev,
      state: 'pending',
      short: true,
      fresh: false,
      loaded: false,
      unsure: true,
    });
  if (!at.replica.leads && !UNGUARDED.has(call)) answered(at, run, undefined);
}

function turn(at: At, run: Run): void {
  const seen = look(at.state, at.replica, run, at.rules);
  const plan = judge(seen, at.rules);
  if ('revision' in plan) run.rev = Number(plan.revision);
  run.then = 'turn';
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
      return send(at, run, 'stamp');
    case 'wait':
      return settle(at, run);
    case 'adopt':
    case 'renew-lease':
    case 'rewrite-metadata':
      throw new Error(`${plan.kind} has no place in the model`);
  }
}

function sendWrite(at: At, run: Run, { secret, same }: Look): void {
  const held = at.replica.held.find(({ rev }) => rev === run.rev);
  if (held) held.attempted = true;
  if (!secret) run.over = 'none';
  else run.over = same ? 'same' : 'moved';
  send(at, run, 'write');
}

function issuing(at: At, run: Run, isDone: boolean): void {
  const order = at.rules.recordFirst ? ISSUING : RECORDED_LATE;
  const entry = entryOf(at.replica, run.rev);
  if (run.call === 'open' && entry) Object.assign(entry, { fresh: true, unsure: false });
  if (run.call === 'extend' && isDone && entry) entry.short = false;
  const next = order[order.indexOf(run.call) + 1];
  if (next) return send(at, run, next);
  at.replica.held.push({ rev: run.rev, attempted: false });
  return turn(at, run);
}

/** A token that owns nothing yet is undone; whatever was opened is retired. */
function gaveUp(at: At, run: Run): void {
  if (run.call === 'shorten' || run.call === 'open') send(at, run, 'undo');
  else abandon(at, run);
}

function abandon(at: At, run: Run): void {
  const me = at.state.replicas.indexOf(at.replica);
  const left = ofResource(at.state, at.replica, run.id).find(
    ({ rev, state }) => state === 'pending' && at.state.revs[rev]?.by === me,
  );
  if (!left) return settle(at, run);
  run.rev = left.rev;
  run.why = 'unused';
  run.then = 'abandon';
  return send(at, run, 'retire');
}

/** The object is not there: what it left behind retires, once a live read says so too. */
function retireAll(at: At, run: Run): void {
  const left = ofResource(at.state, at.replica, run.id).find(({ state }) => state !== 'retiring');
  if (!left || isThere(at, left.rev)) return end(at, run);
  run.rev = left.rev;
  run.why = 'owner-gone';
  run.then = 'gone';
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
  if (run.call === 'retire' && run.then === 'abandon') return abandon(at, run);
  if (run.call === 'retire' && run.then === 'gone') return retireAll(at, run);
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
