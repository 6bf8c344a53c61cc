/** One turn of the reconcile of an object with a credential: what is known of it, and what was learned on the way. */
import type { Condition } from '../../api/conditions.ts';
import type { ObjectMeta } from '../../api/object.ts';
import type { RolloutRestartTarget } from '../../api/shared.ts';
import type { SecretRequest, VaultIdentity } from '../../api/vault-exchange.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { IssueCause } from '../../plan/credential/cause.ts';
import type { LeaseMark } from '../../plan/credential/lease-mark.ts';
import type { CredentialWorld, Finding } from '../../plan/credential/world.ts';
import type { Destination } from '../../plan/secret/destination.ts';
import type { Owner, SecretDigest } from '../../plan/secret/secret.ts';
import type { ReconcileContext } from '../../runtime/controller.ts';
import { type Fault, FaultError } from '../../runtime/fault.ts';
import type { Deps } from '../deps.ts';
import type { RestartResult } from '../destination/restarts.ts';
import type { StoredObject } from '../ports.ts';

/** What every object with a credential has. */
export interface CredentialObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly vaultAuthRef?: string;
    readonly destination: Destination;
    readonly rolloutRestartTargets?: readonly RolloutRestartTarget[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Where the credential comes from, once all references resolve. */
export interface Origin {
  readonly identity: VaultIdentity;
  readonly request: SecretRequest;
  /** Of what a credential depends on: another one means another credential. */
  readonly digest: string;
}

export interface Situation<Kind extends CredentialObject = CredentialObject> {
  readonly object: Kind;
  readonly owner: Owner;
  /** All that is on record for it, retiring ones too. */
  readonly records: readonly LedgerRecord[];
  /** The fault is thrown only where the origin is needed: a credential in use is renewed without it. */
  readonly origin: Origin | Fault;
  readonly secret: SecretDigest | undefined;
  readonly mark: LeaseMark | undefined;
  readonly world: CredentialWorld;
}

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
  /** What was in use, is on no record, and was found good: id of the lease, or serial number of the certificate. */
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

export interface Turn<Kind extends CredentialObject = CredentialObject> {
  readonly deps: Deps;
  /** The object as the API server holds it. */
  readonly stored: StoredObject;
  readonly situation: Situation<Kind>;
  readonly learned: Learned;
  readonly context: ReconcileContext;
}

/** What an act that keeps a credential alive needs: neither the object nor its Secret. */
export type Renewing = Pick<Turn, 'deps' | 'learned' | 'context'>;

/** Throws the fault of the references where the origin is needed. */
export function originOf({ situation }: Turn): Origin {
  if ('digest' in situation.origin) return situation.origin;
  throw new FaultError(situation.origin);
}
