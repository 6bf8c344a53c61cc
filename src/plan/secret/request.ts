/** Where a secret comes from: the request to Vault that a specification means, and what a credential was issued from. */
import { createHash } from 'node:crypto';
import type { Login, SecretRequest, VaultIdentity } from '../../api/vault-exchange.ts';

export interface DynamicSource {
  readonly namespace?: string;
  readonly mount: string;
  readonly path: string;
  readonly requestHTTPMethod?: 'GET' | 'POST' | 'PUT';
  readonly params?: Readonly<Record<string, string>>;
}

export interface StaticSource {
  readonly namespace?: string;
  readonly mount: string;
  readonly path: string;
  readonly type: 'kv-v1' | 'kv-v2';
  readonly version?: number;
}

/** Vault takes POST for PUT; params make any request a PUT, as with VSO. */
export function dynamicRequest(identity: VaultIdentity, spec: DynamicSource): SecretRequest {
  const params = spec.params ?? {};
  const hasParams = Object.keys(params).length > 0;
  const isGet = !hasParams && (spec.requestHTTPMethod ?? 'GET') === 'GET';
  return {
    namespace: spec.namespace || identity.namespace,
    path: join(spec.mount, spec.path),
    ...(isGet ? { method: 'GET' } : { method: 'PUT', body: params }),
  };
}

/** kv-v2 keeps its data below `data/`; version 0 is the latest. */
export function staticRequest(identity: VaultIdentity, spec: StaticSource): SecretRequest {
  const isV2 = spec.type === 'kv-v2';
  const namesBelow = isV2 ? join(spec.mount, 'data') : trimmed(spec.mount);
  const pinned = isV2 && spec.version ? { query: { version: String(spec.version) } } : {};
  return {
    namespace: spec.namespace || identity.namespace,
    method: 'GET',
    path: join(namesBelow, spec.path),
    namesBelow,
    ...pinned,
  };
}

/**
 * Digest of everything that a credential depends on. Fields that leave it as it is (labels, targets, refresh times,
 * renewalPercent, a header, an audience or allowedNamespaces of the VaultAuth) are left out: changing them issues nothing.
 */
export function sourceDigest(identity: VaultIdentity, request: SecretRequest): string {
  const { endpoint, mount, namespace, login } = identity;
  const parts = [
    endpoint.address,
    [namespace, mount, whoOf(login)],
    [request.namespace, request.method, request.path],
    Object.entries(request.body ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Who logs in, however it is proven: an audience, a lifetime or the place of a secret id makes nobody else of us. */
function whoOf(login: Login): readonly unknown[] {
  switch (login.method) {
    case 'kubernetes':
      return [login.method, login.role, login.serviceAccount];
    case 'jwt':
      return [
        login.method,
        login.role,
        'serviceAccount' in login.token && login.token.serviceAccount,
      ];
    case 'appRole':
      return [login.method, login.roleId];
    case 'cert':
      return [login.method, login.role];
  }
}

/** Slashes at the seam do not count; those inside are for the Vault client to judge. */
function join(mount: string, path: string): string {
  return `${trimmed(mount)}/${trimmed(path)}`;
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
