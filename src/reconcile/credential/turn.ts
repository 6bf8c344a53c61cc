/** One turn of a leased credential's reconcile: what is known, what was learned on the way, and what to report with. */
import type { VaultDynamicSecret } from '../../api/vault-dynamic-secret.ts';
import type { IssueCause } from '../../plan/leased/dynamic-cause.ts';
import type { Finding } from '../../plan/leased/dynamic-world.ts';
import type { ReconcileContext } from '../../runtime/controller.ts';
import { FaultError } from '../../runtime/fault.ts';
import type { Deps } from '../deps.ts';
import type { RestartResult } from '../destination/restarts.ts';
import type { CredentialObject, Origin, Situation } from '../leased/gather.ts';

/** Facts that a reconcile learns while it runs; they outlive a turn, not the reconcile. */
export interface Learned {
  /** What Vault said of a revision's lease or token. */
  readonly findings: Map<string, Finding>;
  /** Revisions whose lease Vault was asked about. */
  readonly asked: Set<string>;
  /** Why a credential was issued and written, when one was. */
  issued?: IssueCause;
  written?: { readonly first: boolean };
  /** A renewal was tried, and succeeded. */
  renewing?: boolean;
  renewed?: boolean;
  /** Id of a lease that nobody has on record and that was found alive. */
  adopted?: string;
  /** Id of the request that issued what was written. */
  requestId?: string;
  /** The revision that all targets were given, ahead of the status. */
  restarted?: string;
  restart?: RestartResult;
}

export function nothingLearned(): Learned {
  return { findings: new Map(), asked: new Set() };
}

export interface Turn<Kind extends CredentialObject = VaultDynamicSecret> {
  readonly deps: Deps;
  readonly situation: Situation<Kind>;
  readonly learned: Learned;
  readonly context: ReconcileContext;
}

/** Of any object with a credential. */
export type CredentialTurn = Turn<CredentialObject>;

/** What an act that keeps a credential alive needs: neither the object nor its Secret. */
export type Renewing = Pick<Turn, 'deps' | 'learned' | 'context'>;

/** Throws the fault of the references where the origin is needed. */
export function originOf({ situation }: CredentialTurn): Origin {
  if ('digest' in situation.origin) return situation.origin;
  throw new FaultError(situation.origin);
}
