/**
 * What the reconcilers need of the world, in small interfaces. The adapters in kube/ and vault/ fit them
 * structurally; main.ts is where the compiler proves it. Every method may throw a FaultError and nothing else.
 */
import type { ObjectMeta } from '../api/object.ts';
import type {
  LeaseRenewal,
  LoginSource,
  SecretAnswer,
  SecretRequest,
  TransitItem,
  TransitKey,
  VaultEndpoint,
  VaultHealth,
  VaultIdentity,
} from '../api/vault-exchange.ts';
import type { SecretBody, SecretData, SecretDigest } from '../plan/secret/secret.ts';
import type { Fault } from '../runtime/fault.ts';
import type { Ref } from '../runtime/ref.ts';
import type { Sealed } from '../runtime/sealed.ts';

/** An object of one of our kinds as the API server holds it: the schema is checked by the reader, not by the store. */
export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** The watched copies of our custom resources. Absence here is no proof of absence: see `Objects.exists`. */
export interface ObjectStore {
  get(ref: Ref): StoredObject | undefined;
  list(kind: string): readonly StoredObject[];
  /** Why objects of a kind are not in view, when the API server refuses to show them: their absence means nothing. */
  outOfSight(kind: string, namespace: string): Fault | undefined;
  /** False where absence means nothing, since nobody looks there. */
  watches(namespace: string): boolean;
}

/** Live reads and writes of our custom resources. */
export interface Objects {
  /** 'gone' only when the API server says NotFound for this object, or it has another uid, while its kind is served, we may read it and its namespace is watched. */
  exists(ref: Ref, uid: string, signal: AbortSignal): Promise<'there' | 'gone'>;
  /** One merge patch of the status subresource, guarded by the uid. `status` holds only the fields to change. */
  patchStatus(ref: Ref, uid: string, status: object, signal: AbortSignal): Promise<void>;
  /** Takes VSO's finalizers off a live object; other finalizers stay. No call when there is none. */
  stripFinalizers(object: StoredObject, signal: AbortSignal): Promise<void>;
}

/** What people wrote on namespaces. */
export interface Namespaces {
  /** Those of ours; undefined where there is no such namespace, or namespaces cannot be watched. */
  annotations(namespace: string): Readonly<Record<string, string>> | undefined;
}

/** A Secret with its values, for the one line that writes it back. */
export interface SecretContent {
  readonly digest: SecretDigest;
  readonly data: Sealed<SecretData>;
}

export interface Secrets {
  /** From the watch of Secrets that carry our owner labels; a write of ours shows here at once. */
  watched(namespace: string, name: string): SecretDigest | undefined;
  ownedBy(uid: string): readonly SecretDigest[];
  read(namespace: string, name: string, signal: AbortSignal): Promise<SecretContent | undefined>;
  /** Throws KubernetesConflict when the name is taken. */
  create(body: SecretBody, signal: AbortSignal): Promise<SecretDigest>;
  /** Throws KubernetesConflict when the resourceVersion moved, and when the Secret is gone: never recreates. */
  replace(body: SecretBody, over: SecretDigest, signal: AbortSignal): Promise<SecretDigest>;
  /** Deletes exactly this revision of the Secret; one that is gone already counts as removed. */
  remove(digest: SecretDigest, signal: AbortSignal): Promise<void>;
}

export interface EventSink {
  /** Never blocks and never throws. Equal events within minutes become one with a count. */
  emit(event: {
    readonly about: Ref & { readonly uid: string; readonly apiVersion: string };
    readonly type: 'Normal' | 'Warning';
    readonly reason: string;
    readonly message: string;
  }): void;
}

/** A restart target: always in the namespace of its custom resource. */
export interface Target {
  readonly kind: 'Deployment' | 'DaemonSet' | 'StatefulSet' | 'argo.Rollout';
  readonly namespace: string;
  readonly name: string;
}

export interface Workload {
  /** Epoch ms. */
  readonly createdAt: number;
  readonly paused: boolean;
  /** OnDelete: pods never roll by themselves. */
  readonly rollsByItself: boolean;
  readonly podAnnotations: Readonly<Record<string, string>>;
  /** observedGeneration is current and updated = available = wanted replicas. */
  readonly rolledOut: boolean;
  /** What its controller says of its deadline; undefined when it says nothing. */
  readonly progressing: boolean | undefined;
  /** Another text with every step of a rollout. */
  readonly counts: string;
}

export interface Workloads {
  read(target: Target, signal: AbortSignal): Promise<Workload | undefined>;
  /** Sets pod-template annotations by one merge patch; requests for one workload that arrive together share it. 'missing' when there is no such object or kind. */
  stamp(
    target: Target,
    annotations: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<'stamped' | 'missing'>;
}

/** Reads under the shared token of an identity: one login at a time, one re-login on a dead token, equal reads in flight are one. */
export interface VaultReads {
  read(identity: VaultIdentity, request: SecretRequest, signal: AbortSignal): Promise<SecretAnswer>;
  /**
   * Drops identities; their shared tokens are revoked in the background, except those that own leases. `sourceDigest`
   * is of what was in the login's source when the token was made; undefined where there is no source or no token.
   */
  forget(which: (identity: VaultIdentity, sourceDigest: string | undefined) => boolean): void;
  /** Where the living tokens under a VaultAuth come from, each source once. */
  sourcesOf(authName: string): readonly LoginSource[];
  /** Undoes the lease that a read made unawares, in the background: with the shared token, unless that is on loan. */
  undo(identity: VaultIdentity, namespace: string, leaseId: string): void;
  /** TTL that this identity's last login was granted; undefined before the first, and for a token without an end. */
  tokenTtlMs(identity: VaultIdentity): number | undefined;
  /** Renews a lease by id under the shared token; for leases whose own token is not known. */
  renewLease(
    identity: VaultIdentity,
    namespace: string,
    leaseId: string,
    incrementMs: number,
    signal: AbortSignal,
  ): Promise<LeaseRenewal>;
}

/** Encrypts and decrypts by a key of Vault's Transit engine, under the shared token of an identity. */
export interface Transit {
  encrypt(
    identity: VaultIdentity,
    key: TransitKey,
    item: TransitItem<Sealed<string>>,
    signal: AbortSignal,
  ): Promise<string>;
  /** In the same order; undefined for those that the key refuses. */
  decrypt(
    identity: VaultIdentity,
    key: TransitKey,
    items: readonly TransitItem<string>[],
    signal: AbortSignal,
  ): Promise<readonly (Sealed<string> | undefined)[]>;
}

export interface VaultProbes {
  /** GET sys/health without a token. Throws a fault that tells TLS, DNS, refused and timeout apart. */
  health(endpoint: VaultEndpoint, signal: AbortSignal): Promise<VaultHealth>;
}

/** How the last login under a VaultAuth went; kept by the sessions, read by the VaultAuth reconciler. */
export interface AuthHealth {
  lastLogin(authName: string): { readonly at: number; readonly fault?: Fault } | undefined;
}

/** Acts under a token of one's own: the ledger owns that port. */
export type { VaultTokens } from '../ledger/ports.ts';

/** Secrets and files that logins are made from. */
export interface LoginSources {
  /** Of the value that is there now; undefined when there is none, or none that can be used. */
  digestOf(source: LoginSource, signal: AbortSignal): Promise<string | undefined>;
}

/** What VaultConnections prove themselves with. */
export interface ClientCertificates {
  /** Reads the Secret anew, for every later connection; the digest of its certificate. Throws ClientCertificateInvalid. */
  look(
    of: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<string>;
}

/** Files of the operator's own pod: a CA that caCertPath names. */
export interface Files {
  /** Undefined when there is no such regular file. */
  read(path: string): Promise<string | undefined>;
}
