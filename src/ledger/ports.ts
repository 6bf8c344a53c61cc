/**
 * What the ledger needs: a place for its records and a Vault that acts under tokens of their own.
 * Every method may throw a FaultError and nothing else.
 */
import type {
  BorrowedToken,
  LeaseRenewal,
  SecretAnswer,
  SecretRequest,
  TokenAccess,
  TokenGrant,
  TokenLogin,
  TokenRevocation,
  TransitItem,
  VaultIdentity,
} from '../api/vault-exchange.ts';
import type { Sealed } from '../runtime/sealed.ts';

/** A record's Secret in the operator's namespace, by its labels. */
export interface StoredRecord {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Sealed<Readonly<Record<string, string>>>;
}

export interface NewRecord {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Sealed<Readonly<Record<string, string>>>;
}

export interface RecordStore {
  list(signal: AbortSignal): Promise<readonly StoredRecord[]>;
  read(name: string, signal: AbortSignal): Promise<StoredRecord | undefined>;
  create(record: NewRecord, signal: AbortSignal): Promise<StoredRecord>;
  /** Guarded by uid and resourceVersion. */
  replace(over: StoredRecord, next: NewRecord, signal: AbortSignal): Promise<StoredRecord>;
  /** Guarded by the uid; one that is gone counts as removed. */
  remove(record: StoredRecord, signal: AbortSignal): Promise<void>;
}

/** Encrypts the tokens of records. What was encrypted for one bond is refused with another. */
export interface TokenCipher {
  encrypt(token: TransitItem<Sealed<string>>, signal: AbortSignal): Promise<string>;
  /** In the same order; undefined for those that are refused. Throws when none can be decrypted now. */
  decrypt(
    tokens: readonly TransitItem<string>[],
    signal: AbortSignal,
  ): Promise<readonly (Sealed<string> | undefined)[]>;
}

/** Acts under a token of one's own. */
export interface VaultTokens {
  login(identity: VaultIdentity, signal: AbortSignal): Promise<TokenLogin>;
  /** renew-self; may grant less than asked. */
  renewToken(access: TokenAccess, incrementMs: number, signal: AbortSignal): Promise<TokenGrant>;
  revokeToken(access: TokenAccess, signal: AbortSignal): Promise<TokenRevocation>;
  /** A credential. Never retried inside; a lost reply is an ambiguous fault. */
  issue(access: TokenAccess, request: SecretRequest, signal: AbortSignal): Promise<SecretAnswer>;
  renewLease(
    access: TokenAccess,
    leaseId: string,
    incrementMs: number,
    signal: AbortSignal,
  ): Promise<LeaseRenewal>;
  /** Needs the capability on sys/leases/revoke, which Vault's default policy does not hold. */
  revokeLease(access: TokenAccess, leaseId: string, signal: AbortSignal): Promise<void>;
}

/** The tokens of identities, which reads use too. One that is borrowed is not revoked until it is handed back. */
export interface SharedTokens {
  /** What `use` gives; it gets a token with most of its life before it, of which Vault was just asked. */
  borrow<T>(
    identity: VaultIdentity,
    signal: AbortSignal,
    use: (token: BorrowedToken) => Promise<T>,
  ): Promise<T>;
  /** Vault denied it something that a token of a later login may be allowed. */
  refused(identityKey: string, accessor: string): void;
  /** Nothing hangs on it any more. True when others go on with it: then they give it back themselves. */
  handBack(identityKey: string, accessor: string): boolean;
}
