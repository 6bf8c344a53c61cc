/**
 * The rules that make the protocol safe, one switch each: the model is explored with all of them, and each alone is
 * broken to see that the model notices.
 */
import type { CredentialPlan } from '../../../src/plan/credential/next-act.ts';
import type { CredentialWorld } from '../../../src/plan/credential/world.ts';

export interface Rules {
  /** The token is on record before the credential exists. */
  readonly recordFirst: boolean;
  /** Secrets are written over what was judged, and never over what came since. */
  readonly preconditions: boolean;
  /** Values and mark of a Secret are one write. */
  readonly wholeSecrets: boolean;
  /** A revision in doubt is looked for by a live read. */
  readonly liveReads: boolean;
  /** An object is gone when a live read says so. */
  readonly liveAbsence: boolean;
  /** What a Secret carries is not given back, by a live read. */
  readonly lookBeforeRevoke: boolean;
  /** The token is revoked before its record is dropped. */
  readonly revokeFirst: boolean;
  /** The restart annotation is the revision, so that writing it again restarts nothing. */
  readonly stableStamps: boolean;
  /** Changes what the planner said. */
  readonly replan: (plan: CredentialPlan, world: CredentialWorld) => CredentialPlan;
}

export const RULES: Rules = {
  recordFirst: true,
  preconditions: true,
  wholeSecrets: true,
  liveReads: true,
  liveAbsence: true,
  lookBeforeRevoke: true,
  revokeFirst: true,
  stableStamps: true,
  replan: (plan) => plan,
};
