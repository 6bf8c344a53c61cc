/**
 * Conditions as Kubernetes defines them (metav1.Condition), and the types that our kinds report.
 * Ready, Reconciling and Stalled follow kstatus, so that Flux, Argo CD and `kubectl wait` read them as they are;
 * the others are VSO's.
 */
import type { Reason } from './reasons.ts';

export type ConditionType =
  | 'Ready'
  | 'Reconciling'
  | 'Stalled'
  | 'Healthy'
  | 'SecretSynced'
  | 'RolloutRestart'
  | 'LeaseRenewal'
  | 'GiveBack'
  | 'Paused'
  | 'Hardened'
  | 'Available'
  | 'VaultClient'
  | 'VaultPing'
  | 'ResourceValidation';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** RFC 3339, whole seconds. Moves only when `status` does. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A condition before it has a time: what a planner says. */
export interface Verdict {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
}
