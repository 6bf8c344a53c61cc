/**
 * One record of the ledger: a revision of a credential, and everything needed to give it back without any other
 * object. Promises a lossless round trip to a Secret of the operator's namespace; knows nothing of who stores it, nor
 * of who encrypts its token.
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
  /** Nothing hangs on it: one's own was given back at once. */
  readonly released?: true;
  /** Key of the identity whose reads and leases all live under this token. Absent: it is the credential's own. */
  readonly sharedBy?: string;
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

/** What can be read of a record whose token is encrypted. */
export type OpenRecord = Omit<LedgerRecord, 'secretToken'>;

/** A token as it lies in the record's Secret. */
export type StoredToken =
  | { readonly form: 'plain'; readonly token: Sealed<string> }
  | { readonly form: 'encrypted'; readonly ciphertext: string };

/** What a record's Secret holds. */
export interface FoundRecord {
  readonly record: OpenRecord;
  readonly stored: StoredToken;
}

/** What the ciphertext of a token is bound to, so that it is refused in any other record. */
export function bondOf({ cluster, revision }: OpenRecord): string {
  return `vault-lease-operator/${cluster}/${revision}`;
}

export function tokenAccess(record: LedgerRecord): TokenAccess {
  return { endpoint: record.endpoint, namespace: record.tokenNamespace, token: record.secretToken };
}

/** The same token, speaking to the Vault namespace that the lease lives in. */
export function leaseAccess(record: LedgerRecord): TokenAccess {
  return { ...tokenAccess(record), namespace: record.leaseNamespace };
}

/** Two credentials hang on one token. */
export function isSharing(one: OpenRecord, other: OpenRecord): boolean {
  const { sharedBy, accessor } = one.token;
  if (sharedBy === undefined || one.revision === other.revision || other.token.released)
    return false;
  return isUnder(other, sharedBy, accessor);
}

/** It was opened under this shared token. */
export function isUnder({ token }: OpenRecord, sharedBy: string, accessor: string): boolean {
  return token.sharedBy === sharedBy && token.accessor === accessor;
}

/** When the token dies if nobody renews it: its leases die with it, whatever they say themselves. */
export function tokenEndsAt({ token }: OpenRecord): number {
  return token.released ? Number.POSITIVE_INFINITY : token.askedAt + token.ttlMs;
}

/** When the credential dies if nobody renews anything. */
export function credentialEndsAt(record: OpenRecord): number {
  const { lease, certificate } = record;
  const leaseEnd = lease ? lease.askedAt + lease.ttlMs : Number.POSITIVE_INFINITY;
  const validTo = certificate?.endsAt ?? Number.POSITIVE_INFINITY;
  return Math.min(leaseEnd, validTo, tokenEndsAt(record));
}

const FORMAT = 1;

/** Secret data (plain text values) of a record. The token has a key of its own, by its form. */
export function encodeRecord(
  record: OpenRecord & { readonly secretToken?: unknown },
  stored: StoredToken,
): Sealed<Record<string, string>> {
  const { secretToken: _, ...open } = record;
  const text = JSON.stringify({ format: FORMAT, ...open });
  if (stored.form === 'encrypted') return seal({ record: text, ciphertext: stored.ciphertext });
  return stored.token.map((token) => ({ record: text, token }));
}

/** What is in a Secret's data, or undefined when it is not a record that this version wrote. */
export function decodeRecord(
  data: Sealed<Readonly<Record<string, string>>>,
): FoundRecord | undefined {
  const { record, token, ciphertext } = data.open();
  const written = record === undefined ? undefined : parse(record);
  if (!isWritten(written)) return undefined;
  const { format: _, ...open } = written;
  if (token) return { record: open, stored: { form: 'plain', token: seal(token) } };
  return ciphertext ? { record: open, stored: { form: 'encrypted', ciphertext } } : undefined;
}

type Written = OpenRecord & { readonly format: number };
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
