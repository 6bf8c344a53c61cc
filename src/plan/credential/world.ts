/** What the planner of credentials looks at. Facts only: gathered by live reads where a decision destroys something. */

/** What the planner looks at in a ledger record. */
export interface RecordFacts {
  readonly revision: string;
  readonly state: 'pending' | 'current' | 'retiring';
  readonly holder: string;
  readonly owner: { readonly uid: string };
  readonly destination: string;
  readonly sourceDigest: string;
  readonly restarts: boolean;
  readonly repair: boolean;
  /** The rotation that it answers. */
  readonly rotateRequest?: string;
  readonly createdAt: number;
  /** This process has had Vault's word on the lease; else the times are what a former one wrote, and may be behind. */
  readonly confirmed: boolean;
  /** The record came out of a backup of the cluster, and Vault has not been asked since. */
  readonly doubted: boolean;
  /** This process holds the issued values, sealed, because they are not written yet. */
  readonly held: boolean;
  /** Opened by this process since it has led: after all that it found, by whatever clock those are dated. */
  readonly isNew: boolean;
  /** A Secret may have carried it, so that pods may use it: false only when we know that its values were never sent. */
  readonly sent: boolean;
  readonly token: {
    readonly type: 'service' | 'batch';
    readonly renewable: boolean;
    readonly askedAt: number;
    readonly ttlMs: number;
    readonly capped: boolean;
    /** It was given back: nothing hangs on it. */
    readonly released?: true;
  };
  readonly lease?: {
    readonly askedAt: number;
    readonly ttlMs: number;
    readonly renewable: boolean;
  };
  /** Epoch ms. Of a certificate: when it is due for replacement by its own dates. */
  readonly replaceAt?: number;
}

/** What the destination Secret says of itself, by a live read when a pending record hangs on it. */
export interface SecretFacts {
  /** The revision in its mark, when the mark is ours and for this object. */
  readonly revision: string | undefined;
  /** The mark covers exactly the data that is there. */
  readonly intact: boolean;
  /** Labels, annotations or type are not as the object wants them. */
  readonly metadataDrift: boolean;
}

/**
 * A credential in the Secret that no record tells of: the ledger was lost, or an earlier operator made it. Its token
 * is not known, so it can be kept for a while and not given back.
 */
export interface StrayFacts {
  /** Epoch ms; undefined until Vault was asked whether the lease lives. */
  readonly replaceAt: number | undefined;
  /** When it must be renewed if nothing may replace it; undefined when it cannot be, or nobody asked yet. */
  readonly renewAt: number | undefined;
}

/** What Vault said of a revision during this reconcile. */
export type Finding = 'gone' | 'truncated';

export interface CredentialWorld {
  readonly now: number;
  /** uid of the custom resource; undefined when a live read said that it is gone. */
  readonly uid: string | undefined;
  /** This process, as it signs its records. */
  readonly holder: string;
  readonly destination: string;
  /** Digest of the fields that a credential is issued from; undefined while references do not resolve. */
  readonly sourceDigest: string | undefined;
  readonly renewalPercent: number;
  readonly records: readonly RecordFacts[];
  readonly secret: SecretFacts | undefined;
  /** Only where no record says what the Secret shall hold. */
  readonly stray: StrayFacts | undefined;
  readonly findings: ReadonlyMap<string, Finding>;
  /** People asked to look at the lease now, and Vault was not asked about it yet. */
  readonly syncAsked: boolean;
  /** The rotation that people ask for, as far as the status does not say that it was done. */
  readonly rotateRequest: string | undefined;
  /** The last revision that all restart targets were given. */
  readonly restartedRevision: string | undefined;
}
