/** Runs reconcilers: one frame for all kinds. Types first; see the class below. */
import type { Fault } from './fault.ts';
import type { Observer } from './observer.ts';
import type { Ref } from './ref.ts';

/** Urgent first: a lease about to end, an object that has no Secret yet, a look whether something changed. */
export type Lane = 'renewal' | 'first' | 'refresh';

/** When to look again, and how urgent that is. */
export interface Next {
  /** Epoch ms of the next look; absent means only when something changes. */
  readonly nextAt?: number;
  /** Of that look; absent means 'refresh'. */
  readonly lane?: Lane;
  /** Epoch ms by which it must be over, a lease's end: orders the lane 'renewal'. Absent means `nextAt`. */
  readonly endsAt?: number;
}

export type Outcome =
  | ({ readonly kind: 'settled' } & Next)
  | ({
      readonly kind: 'failed';
      readonly fault: Fault;
      /** A lease's end: retries get denser towards it, and none sleeps past it. */
      readonly retryBefore?: number;
    } & Next);

export interface ReconcileContext {
  /** Aborts at the reconcile's deadline and at shutdown. */
  readonly signal: AbortSignal;
  readonly reconcileId: string;
  /** Failures in a row before this run; 0 after a success or a change. */
  readonly attempt: number;
  /** Its log lines carry the ref and the reconcile id. */
  readonly observer: Observer;
}

/** May throw: what is thrown is a failed outcome with `faultOf(thrown)`. */
export type Reconcile = (ref: Ref, context: ReconcileContext) => Promise<Outcome>;
