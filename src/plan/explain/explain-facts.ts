/**
 * What an explanation is made from: an object and everything around it, as somebody saw it who may not see all of it.
 * Facts only, and no value of any Secret.
 */
import type { Condition } from '../../api/conditions.ts';
import type { ObjectMeta } from '../../api/object.ts';
import type { SecretRequest, VaultIdentity } from '../../api/vault-exchange.ts';
import type { Fault } from '../../runtime/fault.ts';
import type { Ref } from '../../runtime/ref.ts';
import type { PausedBy } from '../pause.ts';
import type { Target, Workload } from '../rollout.ts';
import type { Ownership } from '../secret/ownership.ts';

/** `unseen`: it could not be looked at, for the reason in the fault. */
export type Sight<Thing> =
  | { readonly kind: 'found'; readonly value: Thing }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unseen'; readonly fault: Fault };

export interface ExplainFacts {
  /** Epoch ms. */
  readonly now: number;
  readonly object: ExplainedObject;
  readonly pausedBy: PausedBy | undefined;
  /** Why the specification is refused. */
  readonly invalid: Fault | undefined;
  /** References that were followed, in that order. */
  readonly references: readonly ReferenceSight[];
  /** For objects that log in; a fault says why nobody could. */
  readonly identity: VaultIdentity | Fault | undefined;
  readonly request: SecretRequest | undefined;
  readonly vaultSays: VaultWord | undefined;
  readonly secret: SecretSight | undefined;
  readonly records: Sight<readonly RecordSight[]> | undefined;
  readonly targets: readonly TargetSight[];
  readonly leader: Sight<LeaderSight>;
  readonly events: Sight<readonly EventSight[]>;
}

export interface ExplainedObject {
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface ReferenceSight {
  readonly ref: Ref;
  readonly sight: Sight<{ readonly conditions: readonly Condition[] }>;
}

/** What Vault answered when it was asked for the object's service account. */
export type VaultWord =
  | { readonly kind: 'allows'; readonly capabilities: readonly string[] }
  | { readonly kind: 'failed'; readonly fault: Fault };

export interface SecretSight {
  readonly name: string;
  readonly sight: Sight<{ readonly ownership: Ownership }>;
}

export interface RecordSight {
  readonly revision: string;
  readonly state: string;
  readonly createdAt: string;
}

export interface TargetSight {
  readonly target: Target;
  readonly sight: Sight<Workload>;
}

export interface LeaderSight {
  readonly namespace: string;
  /** "" when it was released. */
  readonly holder: string;
  readonly renewedAt: number;
  readonly durationMs: number;
}

export interface EventSight {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly lastAt: string;
  readonly count: number;
}
