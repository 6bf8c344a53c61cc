/**
 * The words in which the rooms speak about Vault: how to reach one, who we are there, what is asked and what was
 * answered. Plain data, no behaviour. Instants are epoch milliseconds, spans are milliseconds.
 */
import type { Sealed } from '../runtime/sealed.ts';
import type { JsonObject } from './json.ts';

/** A resolved VaultConnection: everything needed to reach one Vault without any other object. */
export interface VaultEndpoint {
  /** "namespace/name" of the VaultConnection, by which metrics tell calls apart. */
  readonly connection?: string;
  /** Scheme, host and port, perhaps a path prefix; no trailing slash. */
  readonly address: string;
  /** PEM; absent means the system's roots. */
  readonly caPem?: string;
  readonly serverName?: string;
  /** What we prove ourselves with to the server; only named here, so that whoever keeps an endpoint keeps no key. */
  readonly client?: ClientCertificate;
  readonly skipVerify: boolean;
  /** Sent on every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Total time of one call. */
  readonly timeoutMs: number;
}

/** A Secret of type kubernetes.io/tls. */
export interface ClientCertificate {
  readonly namespace: string;
  readonly name: string;
  /** Of the certificate that was in it when the VaultConnection was last looked at. */
  readonly digest: string;
}

/** Login by a Kubernetes service account's token (Vault auth method "kubernetes"). */
export interface KubernetesLogin {
  readonly method: 'kubernetes';
  readonly role: string;
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
  /** Empty means the API server's default audience. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

/** A token that somebody else made, or one of a service account (Vault auth method "jwt"). */
export interface JwtLogin {
  readonly method: 'jwt';
  readonly role: string;
  readonly token: LoginSource | ServiceAccountToken;
}

export interface ServiceAccountToken extends Omit<KubernetesLogin, 'method' | 'role'> {
  readonly kind: 'serviceAccount';
}

/** Vault auth method "approle". */
export interface AppRoleLogin {
  readonly method: 'appRole';
  readonly roleId: string;
  readonly secretId: LoginSource;
}

/** By the client certificate of the VaultConnection (Vault auth method "cert"). */
export interface CertLogin {
  readonly method: 'cert';
  /** "": Vault takes the first role that the certificate fits. */
  readonly role: string;
}

/** Where the value is that proves who we are. It is read for each login and never kept. */
export type LoginSource =
  | {
      readonly kind: 'secret';
      readonly namespace: string;
      readonly name: string;
      readonly key: string;
    }
  | { readonly kind: 'file'; readonly path: string };

/** One member per login method; later methods add a member and a prover, nothing else changes. */
export type Login = KubernetesLogin | JwtLogin | AppRoleLogin | CertLogin;

/** Undefined for logins that are made from a fresh token of Kubernetes or from the connection itself. */
export function sourceOf(login: Login): LoginSource | undefined {
  if (login.method === 'appRole') return login.secretId;
  if (login.method !== 'jwt' || login.token.kind === 'serviceAccount') return undefined;
  return login.token;
}

/** Who we are at a Vault: the resolved form of VaultAuth + VaultAuthGlobal + VaultConnection for one consumer. */
export interface VaultIdentity {
  /** Equal keys may share a token: holds uid and generation of auth, global and connection, and the login's own source. */
  readonly key: string;
  /** "namespace/name" of the VaultAuth and the VaultConnection, for messages and metrics. */
  readonly authName: string;
  readonly connectionName: string;
  readonly endpoint: VaultEndpoint;
  /** Path of the auth mount, without "auth/". */
  readonly mount: string;
  /** Vault namespace of the login; "" is the root. */
  readonly namespace: string;
  /** Sent on the login request only. */
  readonly loginHeaders: Readonly<Record<string, string>>;
  readonly login: Login;
}

/** A token at one Vault: enough to use it, renew it and give it back. It is only ever sent to this endpoint. */
export interface TokenAccess {
  readonly endpoint: VaultEndpoint;
  /** Vault namespace the token lives in; "" is the root. */
  readonly namespace: string;
  readonly token: Sealed<string>;
}

/** What a login or renew-self granted. */
export interface TokenGrant {
  /** Taken before the request left, so every deadline errs on the early side. */
  readonly askedAt: number;
  readonly ttlMs: number;
  readonly renewable: boolean;
}

export interface TokenLogin extends TokenGrant {
  readonly token: Sealed<string>;
  readonly accessor: string;
  readonly type: 'service' | 'batch';
  readonly policies: readonly string[];
  /** 0 means unlimited. */
  readonly numUses: number;
  /** Digest of what was in the login's source; absent where there is none. */
  readonly sourceDigest?: string;
}

/** A token that is on loan: others use it too. */
export interface BorrowedToken {
  readonly login: TokenLogin;
  /** The latest, which may be long after the login. */
  readonly grant: TokenGrant;
}

/** One read or write of a secret. `path` is split at its slashes and each segment is encoded. */
export interface SecretRequest {
  /** Vault namespace of the mount; "" is the root. */
  readonly namespace: string;
  readonly method: 'GET' | 'PUT';
  /** mount + "/" + path, no leading slash. */
  readonly path: string;
  /** The beginning of `path` below which names are free, as those of stored data are. Absent: the engine's own paths. */
  readonly namesBelow?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Absent for GET. */
  readonly body?: Readonly<Record<string, string | boolean>>;
}

export interface SecretAnswer {
  readonly askedAt: number;
  readonly requestId: string;
  /** "" when the answer has no lease. */
  readonly leaseId: string;
  readonly leaseMs: number;
  readonly renewable: boolean;
  /** The envelope's `data`; absent when Vault sent null. */
  readonly data: Sealed<JsonObject> | undefined;
  readonly warnings: readonly string[];
  /** kv-v2 answers 404 with a body for deleted and destroyed versions: then the status is 404 and data is present. */
  readonly status: number;
}

/** A key of the Transit engine. */
export interface TransitKey {
  readonly mount: string;
  readonly name: string;
}

/** A text to encrypt or decrypt, and what it belongs to: with another bond it is refused. */
export interface TransitItem<T> {
  readonly bond: string;
  readonly text: T;
}

/** What sys/leases/renew granted, or that the lease is no more. */
export type LeaseRenewal =
  | {
      readonly kind: 'granted';
      readonly askedAt: number;
      readonly ttlMs: number;
      readonly renewable: boolean;
    }
  | { readonly kind: 'gone'; readonly askedAt: number };

/** How a revocation ended. `dead`: Vault says the token was invalid already, which counts as given back. */
export type TokenRevocation = 'revoked' | 'dead';

/** sys/health in our words. */
export type VaultHealth = 'active' | 'standby' | 'sealed' | 'uninitialized';
