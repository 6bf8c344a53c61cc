/**
 * An object explained: what it waits for, who it is at which Vault, what is wrong and what to do, what happens next.
 * Facts in, explanation out; the words of faults and remedies are those of the operator itself.
 */
import type { VaultIdentity } from '../../api/vault-exchange.ts';
import type { Fault } from '../../runtime/fault.ts';
import { rfc3339 } from '../../runtime/instant.ts';
import { nameOf } from '../identity/references.ts';
import { openRequests } from '../requests.ts';
import { hasRolledOut, restartAnnotation } from '../rollout.ts';
import type { ExplainFacts, LeaderSight, Sight } from './explain-facts.ts';
import { type Finding, findingsOf, lastErrorOf } from './explain-findings.ts';
import { loginFacts } from './explain-login.ts';
import { type NextAct, nextAct } from './explain-next.ts';
import { type Readiness, readinessOf } from './explain-readiness.ts';
import { isGranted, needOf, revocationNeed, stanzaOf } from './policy.ts';

/** Plain data, for people and for programs. */
export interface Explanation {
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly state: Readiness['state'];
  readonly waitsFor: string;
  /** "VaultAuth team/app": the other object that must change first. */
  readonly blockedBy?: string;
  readonly lastError?: Finding;
  readonly findings: readonly Finding[];
  readonly next?: { readonly act: string; readonly at?: string };
  readonly requests: { readonly sync?: string; readonly rotate?: string };
  readonly identity?: ExplainedIdentity;
  readonly references: readonly ExplainedPart[];
  readonly vault?: ExplainedVault;
  readonly secret?: ExplainedPart;
  readonly lease?: ExplainedLease;
  readonly records?: readonly ExplainedPart[] | string;
  readonly restartTargets: readonly ExplainedPart[];
  readonly operator: string;
  readonly events: readonly string[] | string;
}

/** A thing, and how it is. */
export interface ExplainedPart {
  readonly name: string;
  readonly state: string;
}

/** Under whose name a login goes: a thing that the login is made from, and its value. */
export interface ExplainedIdentity {
  readonly facts: readonly ExplainedPart[];
}

export interface ExplainedVault {
  readonly address: string;
  readonly request: string;
  readonly vaultNamespace: string;
  /** The policy that the request needs. */
  readonly policy: string;
  /** What Vault said when it was asked. */
  readonly allowed?: boolean;
  readonly capabilities?: readonly string[];
}

export interface ExplainedLease {
  readonly id: string;
  readonly seconds: number;
  readonly renewable: boolean;
  readonly lastRenewedAt: string;
}

export function explain(facts: ExplainFacts): Explanation {
  const { object, references, targets } = facts;
  const { kind, metadata } = object;
  const { state, waitsFor, blockedBy } = readinessOf(facts);
  const lastError = lastErrorOf(object);
  const next = nextOf(facts, state);
  return {
    object: { kind, namespace: metadata.namespace, name: metadata.name },
    state,
    waitsFor,
    ...(blockedBy !== undefined && { blockedBy }),
    ...(lastError && { lastError }),
    findings: findingsOf(facts),
    ...(next && { next: { act: next.act, ...(next.at && { at: rfc3339(next.at) }) } }),
    requests: requestsOf(facts),
    ...identityPart(facts.identity),
    references: references.map(({ ref, sight }) => ({
      name: `${ref.kind} ${nameOf(ref)}`,
      state: stateOf(sight, ({ conditions }) =>
        conditions.some(({ type, status }) => type === 'Ready' && status === 'False')
          ? 'not ready'
          : 'found',
      ),
    })),
    ...vaultPart(facts),
    ...secretPart(facts),
    ...leasePart(facts),
    ...recordsPart(facts),
    restartTargets: targets.map(({ target, sight }) => ({
      name: `${target.kind} ${target.name}`,
      state: stateOf(sight, (workload) => rolloutState(facts, workload)),
    })),
    operator: operatorOf(facts.leader, facts.now),
    events: eventsOf(facts),
  };
}

const RETRY: NextAct = {
  act: "it is tried again, after a delay that grows up to the operator's --backoff-max-interval [60s]",
};

function nextOf({ object, now }: ExplainFacts, state: Readiness['state']): NextAct | undefined {
  if (state === 'NotReady') return RETRY;
  return state === 'Stalled' ? undefined : nextAct(object, now);
}

function requestsOf({ object }: ExplainFacts): Explanation['requests'] {
  const { sync, rotate } = openRequests(object);
  return { ...(sync !== undefined && { sync }), ...(rotate !== undefined && { rotate }) };
}

function isIdentity(identity: VaultIdentity | Fault | undefined): identity is VaultIdentity {
  return identity !== undefined && 'endpoint' in identity;
}

function identityPart(identity: VaultIdentity | Fault | undefined): Pick<Explanation, 'identity'> {
  if (!isIdentity(identity)) return {};
  const { login, mount, namespace, authName } = identity;
  return {
    identity: {
      facts: [
        { name: 'VaultAuth', state: authName },
        { name: 'Method', state: login.method },
        { name: 'Mount', state: mount },
        { name: 'Namespace', state: namespace || '(root)' },
        ...loginFacts(login),
      ],
    },
  };
}

function vaultPart(facts: ExplainFacts): Pick<Explanation, 'vault'> {
  const { identity, request, vaultSays, object } = facts;
  if (!isIdentity(identity) || !request) return {};
  const need = needOf(request);
  return {
    vault: {
      address: identity.endpoint.address,
      request: `${request.method} ${request.path}`,
      vaultNamespace: request.namespace,
      policy: [need, revocationNeed(object.kind, object.spec)]
        .flatMap((each) => (each ? [stanzaOf(each)] : []))
        .join('\n'),
      ...(vaultSays?.kind === 'allows' && {
        allowed: isGranted(need, vaultSays.capabilities),
        capabilities: vaultSays.capabilities,
      }),
    },
  };
}

const OWNERSHIPS = {
  ours: 'there, made for this object',
  predecessor: 'there, made for an earlier object of this name',
  sibling: 'there, made for another object',
  controlled: 'there, and another controller says it is its own',
  free: 'there, and nobody says it is its own',
} as const;

function secretPart({ secret }: ExplainFacts): Pick<Explanation, 'secret'> {
  if (!secret) return {};
  const state = stateOf(secret.sight, ({ ownership }) => OWNERSHIPS[ownership]);
  return { secret: { name: secret.name, state } };
}

function leasePart({ object }: ExplainFacts): Pick<Explanation, 'lease'> {
  const status: LeasedStatus = Object(object.status);
  const { secretLease, lastRenewalTime = 0 } = status;
  if (!secretLease?.id) return {};
  const { id, duration, renewable } = secretLease;
  const lastRenewedAt = rfc3339(lastRenewalTime * 1000);
  return { lease: { id, seconds: duration, renewable, lastRenewedAt } };
}

interface LeasedStatus {
  readonly secretLease?: {
    readonly id: string;
    readonly duration: number;
    readonly renewable: boolean;
  };
  readonly lastRenewalTime?: number;
  readonly revision?: string;
  readonly restartedRevision?: string;
}

function recordsPart({ records }: ExplainFacts): Pick<Explanation, 'records'> {
  if (!records || records.kind === 'missing') return {};
  if (records.kind === 'unseen') return { records: records.fault.message };
  return {
    records: records.value.map(({ revision, state, createdAt }) => ({
      name: revision,
      state: `${state}, since ${createdAt}`,
    })),
  };
}

function rolloutState({ object }: ExplainFacts, workload: TargetWorkload): string {
  const source = { kind: object.kind, name: object.metadata.name };
  const { revision, restartedRevision }: LeasedStatus = Object(object.status);
  const stamp = workload.podAnnotations[restartAnnotation(source)];
  if (stamp === undefined) return 'not restarted by this object so far';
  if (revision !== undefined && revision !== stamp)
    return revision === restartedRevision
      ? 'restarted for an earlier credential; the present one needed no restart'
      : 'restarted for an earlier credential; the restart for the present one is to come';
  if (!workload.rollsByItself)
    return 'restarted; its pods are replaced by hand (OnDelete or partition)';
  return hasRolledOut(workload, source, stamp)
    ? 'restarted and rolled out'
    : 'restarted, rolling out';
}

type TargetWorkload = Parameters<typeof hasRolledOut>[0];

function operatorOf(leader: Sight<LeaderSight>, now: number): string {
  if (leader.kind === 'unseen') return leader.fault.message;
  if (leader.kind === 'missing') return 'nobody has led so far';
  const { holder, renewedAt, durationMs, namespace } = leader.value;
  const seconds = Math.max(0, Math.round((now - renewedAt) / 1000));
  if (holder === '') return `nobody leads in ${namespace}`;
  const isCurrent = now < renewedAt + durationMs;
  return isCurrent
    ? `${holder} leads in ${namespace}, confirmed ${seconds} s ago`
    : `${holder} led in ${namespace} until ${seconds} s ago`;
}

function eventsOf({ events }: ExplainFacts): readonly string[] | string {
  if (events.kind === 'missing') return [];
  if (events.kind === 'unseen') return events.fault.message;
  return events.value.map(
    ({ lastAt, type, reason, message, count }) =>
      `${lastAt} ${type} ${reason}${count > 1 ? ` (${count} times)` : ''}: ${message}`,
  );
}

function stateOf<Thing>(sight: Sight<Thing>, say: (thing: Thing) => string): string {
  if (sight.kind === 'missing') return 'does not exist';
  return sight.kind === 'found' ? say(sight.value) : sight.fault.message;
}
