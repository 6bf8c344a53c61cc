/**
 * Facts of a reconcile as conditions. Ready, Reconciling and Stalled follow kstatus, the other types are VSO's; the
 * reason is the same word as in event, metric and log. Messages hold no secrets, and no times, so that an unchanged
 * state is an unchanged status.
 */
import type { ConditionType, Verdict } from '../../api/conditions.ts';
import { isReason, type Reason } from '../../api/reasons.ts';
import { FAULTS, type Fault } from '../../runtime/fault.ts';

/** What became of the restart targets. `none`: the object has none (any more). */
export type RestartFacts =
  | { readonly kind: 'none' }
  | { readonly kind: 'restarted'; readonly targets: number }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** What became of the lease. `none`: there is nothing to renew, or a new one was issued. */
export type RenewalFacts =
  | { readonly kind: 'none' }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** Whether the credential can be given back. `none`: nothing is known against it. */
export type GiveBackFacts =
  | { readonly kind: 'none' }
  | { readonly kind: 'doubtful' }
  /** A certificate that was replaced is still to be revoked. */
  | { readonly kind: 'refused'; readonly serial: string; readonly fault: Fault };

export interface SyncFacts {
  /** The Secret keeps its promise: data from this source is in it, and its lease lives. */
  readonly usable: boolean;
  /** The Secret holds what Vault held when last asked. */
  readonly synced: boolean;
  /** What this reconcile failed with. */
  readonly fault?: Fault | undefined;
  /** What is still under way, as a sentence. */
  readonly working?: string | undefined;
  /** Absent: as it was. */
  readonly restart?: RestartFacts | undefined;
  readonly renewal?: RenewalFacts | undefined;
  /** Absent: as it was. */
  readonly giveBack?: GiveBackFacts | undefined;
}

/** What to say, and which types no longer apply. Types in neither stay as they are. */
export interface Summary {
  readonly verdicts: readonly Verdict[];
  readonly retracted: readonly ConditionType[];
}

/** For the kinds that sync a Secret. */
export function summariseSync(facts: SyncFacts): Summary {
  const verdicts = [...healthOf(facts), secretSynced(facts)];
  const retracted: ConditionType[] = [];
  if (facts.restart?.kind === 'none') retracted.push('RolloutRestart');
  else if (facts.restart) verdicts.push(rolloutRestart(facts.restart));
  if (facts.renewal?.kind === 'none') retracted.push('LeaseRenewal');
  verdicts.push(...renewalVerdicts(facts.renewal));
  if (facts.giveBack?.kind === 'none') retracted.push('GiveBack');
  else if (facts.giveBack) verdicts.push(giveBack(facts.giveBack));
  return { verdicts, retracted };
}

/** Ready, Reconciling, Stalled and Healthy: for every kind with conditions. */
export function healthOf(
  facts: Pick<SyncFacts, 'usable' | 'fault' | 'working'>,
): readonly Verdict[] {
  return [ready(facts), reconciling(facts), stalled(facts.fault), healthy(facts.fault)];
}

/** The reason word of a fault, if it is one of ours. */
export function reasonOf(fault: Fault): Reason {
  return isReason(fault.reason) ? fault.reason : 'InternalError';
}

/** A fault in one line: what the message of a condition or event says. */
export function sentenceOf(fault: Fault): string {
  return `${fault.reason}: ${fault.message}`;
}

function isStalled(fault: Fault | undefined): boolean {
  return fault !== undefined && FAULTS[fault.kind].stalled;
}

/** True as long as what is in place works, except for a specification that is refused: it asks for something else. */
function ready({
  usable,
  fault,
  working,
}: Pick<SyncFacts, 'usable' | 'fault' | 'working'>): Verdict {
  if (usable && !isStalled(fault))
    return verdict('Ready', 'True', 'Ready', 'the object does what it promises');
  if (fault)
    return verdict(
      'Ready',
      fault.kind === 'bug' ? 'Unknown' : 'False',
      reasonOf(fault),
      fault.message,
    );
  return verdict('Ready', 'False', 'Progressing', working ?? 'not done yet');
}

/** Work goes on by itself: something is under way, or a failure is tried again and nothing is in place meanwhile. */
function reconciling({
  usable,
  fault,
  working,
}: Pick<SyncFacts, 'usable' | 'fault' | 'working'>): Verdict {
  if (isStalled(fault)) return idle('Reconciling', fault);
  if (fault && !usable) return verdict('Reconciling', 'True', 'Progressing', sentenceOf(fault));
  if (working !== undefined || !usable)
    return verdict('Reconciling', 'True', 'Progressing', working ?? 'not done yet');
  return idle('Reconciling', fault);
}

function stalled(fault: Fault | undefined): Verdict {
  if (!fault || !isStalled(fault)) return idle('Stalled', fault);
  return verdict('Stalled', 'True', reasonOf(fault), fault.message);
}

function idle(type: ConditionType, fault: Fault | undefined): Verdict {
  return verdict(type, 'False', fault ? reasonOf(fault) : 'Healthy', '');
}

/** VSO's words; which failure it was is in the message. */
function healthy(fault: Fault | undefined): Verdict {
  if (fault) return verdict('Healthy', 'False', 'Unhealthy', sentenceOf(fault));
  return verdict('Healthy', 'True', 'Healthy', 'the last act went well');
}

function secretSynced({ synced, fault, working }: SyncFacts): Verdict {
  if (synced) return verdict('SecretSynced', 'True', 'Synced', 'the Secret holds what Vault holds');
  if (fault) return verdict('SecretSynced', 'False', reasonOf(fault), fault.message);
  return verdict('SecretSynced', 'False', 'Progressing', working ?? 'not done yet');
}

function rolloutRestart(facts: Exclude<RestartFacts, { kind: 'none' }>): Verdict {
  if (facts.kind === 'failed')
    return verdict('RolloutRestart', 'False', reasonOf(facts.fault), facts.fault.message);
  const count = facts.targets === 1 ? '1 target was' : `${facts.targets} targets were`;
  return verdict('RolloutRestart', 'True', 'RolloutRestartTriggered', `${count} restarted`);
}

/** What a renewal, when there was one, says. */
export function renewalVerdicts(facts: RenewalFacts | undefined): readonly Verdict[] {
  if (!facts || facts.kind === 'none') return [];
  if (facts.kind === 'renewed')
    return [verdict('LeaseRenewal', 'True', 'SecretLeaseRenewal', 'the lease was renewed')];
  const message = sentenceOf(facts.fault);
  return [verdict('LeaseRenewal', 'False', 'SecretLeaseRenewalError', message)];
}

function giveBack(facts: Exclude<GiveBackFacts, { kind: 'none' }>): Verdict {
  if (facts.kind === 'doubtful') return GIVE_BACK_DOUBTFUL;
  const { serial, fault } = facts;
  const message = `certificate ${serial} was replaced and is not revoked yet: ${fault.message}`;
  return verdict('GiveBack', 'False', 'CertificateRevocationError', message);
}

/** Also the text of the event that tells it. */
export const GIVE_BACK_DOUBTFUL: Verdict = verdict(
  'GiveBack',
  'False',
  'TokenWithoutDefaultPolicy',
  "the role's tokens may not renew themselves, so the credential is replaced before its token ends, and is given back only where sys/leases/revoke is allowed; add the default policy to the role, or allow auth/token/renew-self and auth/token/revoke-self",
);

function verdict(
  type: ConditionType,
  status: Verdict['status'],
  reason: Reason,
  message: string,
): Verdict {
  return { type, status, reason, message };
}
