/**
 * One record of the ledger: a revision of a credential, and everything needed to give it back without any other
 * object. Promises a lossless round trip to a Secret of the operator's namespace; knows nothing of who stores it.
 */
import type { TokenAccess, VaultEndpoint, VaultIdentity } from '../api/vault-exchange.ts';
import type { Ref } from '../runtime/ref.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';

/**
 * pending  - the token exists, a credential may exist, the destination does not carry it yet
 * current  - the destination carries it
 * retiring - to be given back
 */
export type RecordState = 'pending' | 'current' | 'retiring';

/** Why a record retires decides how long its credential is still needed. */
export type RetireReason = 'replaced' | 'owner-gone' | 'unused';

export interface RecordLease {
  readonly id: string;
  /** The latest grant: when it was asked for, and how long it is. */
  readonly askedAt: number;
  readonly ttlMs: number;
  /** What the first grant was: the most that a renewal asks for. */
  readonly fullTtlMs: number;
  readonly renewable: boolean;
}

export interface RecordTarget {
  readonly kind: 'Deployment' | 'DaemonSet' | 'StatefulSet' | 'argo.Rollout';
  readonly name: string;
}

export interface Retirement {
  readonly why: RetireReason;
  /** Epoch ms at which the record became retiring. */
  readonly at: number;
  /** The revision that took its place, when there is one. */
  readonly successor: string;
  /** Workloads that must run with the successor before this one may go. */
  readonly targets: readonly RecordTarget[];
}

/** The token that owns the credential. */
export interface RecordToken {
  readonly accessor: string;
  readonly type: 'service' | 'batch';
  readonly renewable: boolean;
  /** Vault's default policy lets a token renew and revoke itself; without it giving back may have to wait for the end. */
  readonly defaultPolicy: boolean;
  /** What the login granted: the most that a renewal asks for. */
  readonly loginTtlMs: number;
  /** The latest grant. */
  readonly askedAt: number;
  readonly ttlMs: number;
  /** True once a renewal granted less than asked: the token is at its maximum. */
  readonly capped: boolean;
  /** It was given back at once, because nothing hangs on it. */
  readonly released?: true;
}

/** A certificate: what it takes to undo it without any other object. */
export interface RecordCertificate {
  /** As Vault prints it: pairs of hexadecimal digits, with colons. */
  readonly serial: string;
  /** When it was asked for; where nobody knows, from when on it is valid. */
  readonly issuedAt: number;
  readonly endsAt: number;
  /** Mount of the engine, in `leaseNamespace`. */
  readonly mount: string;
  /** Who logs in to revoke it. */
  readonly identity: VaultIdentity;
  /** What the object last wanted of it: when that counts the object may be gone. */
  readonly revoke: boolean;
  readonly clear: boolean;
}

export interface LedgerRecord {
  readonly revision: string;
  readonly state: RecordState;
  /** Which cluster this record belongs to: see cluster-stamp.ts. */
  readonly cluster: string;
  /** The process that made it. */
  readonly holder: string;
  readonly owner: Ref & { readonly uid: string };
  /** Name of the destination Secret, in the owner's namespace. */
  readonly destination: string;
  /** Digest of the fields that the credential was issued from. */
  readonly sourceDigest: string;
  /** Earlier revisions may be in use by pods, so this one must restart the targets. */
  readonly restarts: boolean;
  /** Issued because someone edited or deleted the Secret: such repairs are rate-limited. */
  readonly repair: boolean;
  /** The rotation that people had asked for by then: this credential answers it. */
  readonly rotateRequest?: string;
  readonly createdAt: number;
  readonly endpoint: VaultEndpoint;
  /** Vault namespace of the token, and of the mount that the lease is from. */
  readonly tokenNamespace: string;
  readonly leaseNamespace: string;
  readonly token: RecordToken;
  readonly secretToken: Sealed<string>;
  readonly lease?: RecordLease;
  readonly certificate?: RecordCertificate;
  readonly retirement?: Retirement;
}

export function tokenAccess(record: LedgerRecord): TokenAccess {
  return { endpoint: record.endpoint, namespace: record.tokenNamespace, token: record.secretToken };
}

/** The same token, speaking to the Vault namespace that the lease lives in. */
export function leaseAccess(record: LedgerRecord): TokenAccess {
  return { ...tokenAccess(record), namespace: record.leaseNamespace };
}

/** When the token dies if nobody renews it: its leases die with it, whatever they say themselves. */
export function tokenEndsAt({ token }: LedgerRecord): number {
  return token.released ? Number.POSITIVE_INFINITY : token.askedAt + token.ttlMs;
}

/** When the credential dies if nobody renews anything. */
export function credentialEndsAt(record: LedgerRecord): number {
  const { lease, certificate } = record;
  const leaseEnd = lease ? lease.askedAt + lease.ttlMs : Number.POSITIVE_INFINITY;
  const validTo = certificate?.endsAt ?? Number.POSITIVE_INFINITY;
  return Math.min(leaseEnd, validTo, tokenEndsAt(record));
}

const FORMAT = 1;

/** Secret data (plain text values) of a record. The token has a key of its own, so that it can be encrypted alone. */
export function encodeRecord(record: LedgerRecord): Sealed<Record<string, string>> {
  const { secretToken, ...open } = record;
  return secretToken.map((token) => ({
    record: JSON.stringify({ format: FORMAT, ...open }),
    token,
  }));
}

/** The record in a Secret's data, or undefined when it is not one that this version wrote. */
export function decodeRecord(
  data: Sealed<Readonly<Record<string, string>>>,
): LedgerRecord | undefined {
  const { record, token } = data.open();
  const written = record === undefined ? undefined : parse(record);
  if (token === undefined || !isWritten(written)) return undefined;
  const { format: _, ...open } = written;
  return { ...open, secretToken: seal(token) };
}

type Written = Omit<LedgerRecord, 'secretToken'> & { readonly format: number };
type Doubtful = { readonly [K in keyof Written]?: Partial<Written[K]> | undefined };

/** What must hold before anything may be revoked because of a record: a foreign or damaged one is left alone. */
const CLAIMS: readonly ((record: Doubtful) => boolean)[] = [
  (record) => record.format === FORMAT,
  (record) => ['pending', 'current', 'retiring'].includes(String(record.state)),
  (record) => [record.revision, record.cluster, record.holder].every(isText),
  (record) => [record.destination, record.sourceDigest, record.endpoint?.address].every(isText),
  (record) => [record.owner?.kind, record.owner?.namespace, record.owner?.name].every(isText),
  (record) => isText(record.owner?.uid),
  (record) => [record.createdAt, record.token?.askedAt, record.token?.ttlMs].every(Number.isFinite),
  (record) => record.state !== 'retiring' || Number.isFinite(record.retirement?.at),
  ({ certificate }) => !certificate || isUndoable(certificate),
];

function isWritten(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && CLAIMS.every((claim) => claim(value));
}

function isUndoable({ serial, mount, identity, endsAt }: Partial<RecordCertificate>): boolean {
  const texts = [serial, mount, identity?.key, identity?.endpoint?.address];
  return texts.every(isText) && Number.isFinite(endsAt);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
