/** What is wrong around an object, each with what to do about it, the worst first. */
import type { Condition } from '../../api/conditions.ts';
import { REASONS } from '../../api/reasons.ts';
import type { Fault } from '../../runtime/fault.ts';
import { nameOf } from '../identity/references.ts';
import type { ExplainedObject, ExplainFacts } from './explain-facts.ts';
import { isGranted, needOf, stanzaOf } from './policy.ts';

export interface Finding {
  /** "this object", or the one that it is about. */
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
  /** RFC 3339. */
  readonly since?: string;
}

const SELF = 'this object';

/** One finding per message: the same trouble shows in several conditions, and in all that hang on what has it. */
export function findingsOf(facts: ExplainFacts): readonly Finding[] {
  const found = [
    ...[facts.invalid, faultIn(facts.identity)].flatMap((fault) => (fault ? [ofFault(fault)] : [])),
    ...ofReferences(facts),
    ...ofConditions(SELF, conditionsOf(facts.object)),
    ...ofVault(facts),
    ...ofSecret(facts),
    ...ofTargets(facts),
    ...ofLeader(facts),
  ];
  const known = new Set<string>();
  return found.filter(({ message }) => !known.has(message) && known.add(message));
}

/** What the operator said last, when that was a failure. */
export function lastErrorOf(object: ExplainedObject): Finding | undefined {
  const failed = conditionsOf(object).find(
    ({ type, status }) => type === 'Healthy' && status === 'False',
  );
  const ready = conditionsOf(object).find(
    ({ type, status }) => type === 'Ready' && status !== 'True',
  );
  const told = failed ?? ready;
  if (!told || told.reason === 'Progressing') return undefined;
  return ofCondition(SELF, told);
}

export function conditionsOf({ status }: Pick<ExplainedObject, 'status'>): readonly Condition[] {
  const conditions: unknown = Object(status).conditions;
  return Array.isArray(conditions) ? conditions : [];
}

function faultIn(identity: ExplainFacts['identity']): Fault | undefined {
  return identity && 'message' in identity ? identity : undefined;
}

function ofFault({ reason, message }: Fault): Finding {
  return { about: SELF, reason, message, remedy: remedyOf(reason) };
}

/** Types whose False is no trouble, or is told by another one. */
const SILENT: ReadonlySet<string> = new Set(['Reconciling', 'Stalled', 'Paused', 'SecretSynced']);

function ofConditions(about: string, conditions: readonly Condition[]): readonly Finding[] {
  return conditions
    .filter(
      ({ type, status, reason }) =>
        status === 'False' && !SILENT.has(type) && reason !== 'Progressing',
    )
    .map((condition) => ofCondition(about, condition));
}

/** Healthy has VSO's one reason; which failure it was is the first word of its message. */
function ofCondition(
  about: string,
  { reason, message, lastTransitionTime: since }: Condition,
): Finding {
  const [, word = reason, rest = message] = /^([A-Z]\w+): (.*)$/su.exec(message) ?? [];
  return { about, reason: word, message: rest, remedy: remedyOf(word), since };
}

function ofReferences({ references }: ExplainFacts): readonly Finding[] {
  return references.toReversed().flatMap(({ ref, sight }) => {
    const about = `${ref.kind} ${nameOf(ref)}`;
    if (sight.kind === 'unseen') return [unseen(about, sight.fault)];
    return sight.kind === 'found' ? ofConditions(about, sight.value.conditions) : [];
  });
}

function unseen(about: string, { reason, message }: Fault): Finding {
  return { about, reason, message, remedy: 'Ask somebody who may see it to run this command.' };
}

function ofVault({ request, vaultSays, identity }: ExplainFacts): readonly Finding[] {
  if (!request || !vaultSays) return [];
  const about = identity && 'authName' in identity ? `VaultAuth ${identity.authName}` : SELF;
  if (vaultSays.kind === 'failed') return [{ ...ofFault(vaultSays.fault), about }];
  const need = needOf(request);
  if (isGranted(need, vaultSays.capabilities)) return [];
  return [
    {
      about,
      reason: 'PermissionDenied',
      message: `Vault says that the policies of this login lack "${need.capability}" on ${need.path}; they allow ${vaultSays.capabilities.join(', ')}`,
      remedy: `Add to a policy of the role:\n${stanzaOf(need)}`,
    },
  ];
}

function ofSecret({ secret }: ExplainFacts): readonly Finding[] {
  if (secret?.sight.kind !== 'found') return [];
  const { ownership } = secret.sight.value;
  if (ownership !== 'sibling' && ownership !== 'controlled') return [];
  const message = `the Secret ${secret.name} belongs to someone else`;
  return [
    {
      about: SELF,
      reason: 'DestinationConflict',
      message,
      remedy: remedyOf('DestinationConflict'),
    },
  ];
}

function ofTargets({ targets }: ExplainFacts): readonly Finding[] {
  return targets
    .filter(({ sight }) => sight.kind === 'missing')
    .map(({ target }) => ({
      about: SELF,
      reason: 'RestartTargetMissing',
      message: `spec.rolloutRestartTargets names ${target.kind}/${target.name}, which does not exist`,
      remedy: remedyOf('RestartTargetMissing'),
    }));
}

function ofLeader({ leader, now }: ExplainFacts): readonly Finding[] {
  const isLed =
    leader.kind === 'unseen' ||
    (leader.kind === 'found' &&
      leader.value.holder !== '' &&
      now < leader.value.renewedAt + leader.value.durationMs);
  if (isLed) return [];
  return [
    {
      about: 'the operator',
      reason: 'NotLeading',
      message:
        'by the Lease of the operator nobody leads: unless it runs without leader election, nothing is done and no lease is renewed',
      remedy:
        'Look at the pods of the operator and their log; name its namespace by --operator-namespace if it is another.',
    },
  ];
}

/** Of a reason word; "" for words that are not ours. */
function remedyOf(reason: string): string {
  return Object.entries(REASONS).find(([word]) => word === reason)?.[1].remedy ?? '';
}
