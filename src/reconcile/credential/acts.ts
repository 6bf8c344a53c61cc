/**
 * The acts that every credential has alike. Each does one thing and returns; what it leaves behind when it dies
 * half-way is what the planner finds next time.
 */

import { LEASE_ANNOTATION } from '../../plan/credential/lease-mark.ts';
import type { CredentialPlan } from '../../plan/credential/next-act.ts';
import { FaultError } from '../../runtime/fault.ts';
import { changedMeanwhile, writeDestination } from '../destination/destination.ts';
import { restartTargets } from '../destination/restarts.ts';
import { isRestartPending, targetsOf } from '../destination/targets.ts';
import { renewLease, renewToken } from './renew.ts';
import { retireRecord } from './retire.ts';
import type { Turn } from './turn.ts';

/** What a kind does its own way; and waiting is no act. */
type OwnAct = 'wait' | 'adopt' | 'issue' | 'write' | 'promote';

type CommonAct = Exclude<CredentialPlan, { kind: OwnAct }>;

const COMMON: ReadonlySet<string> = new Set<CommonAct['kind']>([
  'retire',
  'renew-lease',
  'renew-token',
  'rewrite-metadata',
  'restart',
]);

export function isCommon(act: { readonly kind: string }): act is CommonAct {
  return COMMON.has(act.kind);
}

/** Throws the fault of the act; what it had done by then stands. */
export async function carryOutCommon(turn: Turn, act: CommonAct): Promise<void> {
  switch (act.kind) {
    case 'retire':
      return retireRecord(turn, act.revision, act.why, act.successor);
    case 'renew-lease':
      return renewLease(turn, act.revision);
    case 'renew-token':
      return renewToken(turn, act.revision);
    case 'rewrite-metadata':
      return rewriteMetadata(turn);
    case 'restart':
      return restart(turn, act.revision);
  }
}

/** Labels, annotations or type of a Secret whose credential is good: its values pass through, sealed, and stay. */
async function rewriteMetadata(turn: Turn): Promise<void> {
  const { deps, situation, context } = turn;
  const { owner, object } = situation;
  const { destination } = object.spec;
  const content = await deps.secrets.read(owner.namespace, destination.name, context.signal);
  const mark = content?.digest.annotations[LEASE_ANNOTATION];
  if (!content || mark === undefined || content.digest.mac !== situation.secret?.mac)
    throw changedMeanwhile(destination.name);
  const wish = { owner, destination, data: content.data, mac: content.digest.mac };
  const marks = { [LEASE_ANNOTATION]: mark };
  await writeDestination(deps, { ...wish, marks }, content.digest, context.signal);
}

/** Missing targets are reported and are no reason to hold the others up: when they come they start with the new Secret. */
async function restart(turn: Turn, revision: string): Promise<void> {
  const { deps, situation, learned, context } = turn;
  const { object, owner } = situation;
  const record = deps.book.get(revision);
  const change = { source: owner, revision, wroteAt: record?.createdAt ?? deps.clock.now() };
  const again = isRestartPending(object);
  const result = await restartTargets(deps, targetsOf(object), change, again, context);
  learned.restart = result;
  if (result.fault) throw new FaultError(result.fault);
  learned.restarted = revision;
}
