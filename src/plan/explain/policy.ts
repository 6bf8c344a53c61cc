/** What Vault's policies must allow for a request, as people write it into a policy. Asks nobody. */
import type { SecretRequest } from '../../api/vault-exchange.ts';

export interface PolicyNeed {
  /** As in a policy: without a leading slash, below the Vault namespace. */
  readonly path: string;
  readonly capability: 'read' | 'update';
  readonly vaultNamespace: string;
}

/** Vault takes every request with a body for an update. */
export function needOf({ path, method, namespace }: SecretRequest): PolicyNeed {
  return { path, capability: method === 'GET' ? 'read' : 'update', vaultNamespace: namespace };
}

/** What giving back a certificate needs, for objects that wish it revoked. */
export function revocationNeed(kind: string, spec: unknown): PolicyNeed | undefined {
  const { revoke, mount = '', namespace = '' }: Revocable = Object(spec);
  if (kind !== 'VaultPKISecret' || revoke !== true) return undefined;
  const path = `${mount.replace(/^\/+|\/+$/g, '')}/revoke`;
  return { path, capability: 'update', vaultNamespace: namespace };
}

interface Revocable {
  readonly revoke?: boolean;
  readonly mount?: string;
  readonly namespace?: string;
}

export function stanzaOf({ path, capability }: PolicyNeed): string {
  return `path ${JSON.stringify(path)} {\n  capabilities = ["${capability}"]\n}`;
}

/** `capabilities` are Vault's own words for what a token may do at the path. */
export function isGranted({ capability }: PolicyNeed, capabilities: readonly string[]): boolean {
  if (capabilities.includes('deny')) return false;
  return capabilities.includes('root') || capabilities.includes(capability);
}
