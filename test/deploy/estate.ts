/** The production overlay as an estate builds upon it, by what the guides print: a kustomization, and commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockWith } from '../guides/commands.ts';
import { ROOT } from './kustomize.ts';

const KUSTOMIZE = readFileSync(join(ROOT, 'docs/guides/kustomize.md'), 'utf8');
const SECURITY = readFileSync(join(ROOT, 'docs/guides/security.md'), 'utf8');
/** Where the guide has the Vault of its reader. */
const ADDRESS = 'vault.internal.example.com:8200';

/** For `Kustomize.with`: its Vault is here. */
export function production(vault: { readonly url: string }): string {
  return blockWith(KUSTOMIZE, 'yaml', 'config/overlays/production')
    .replace('../vault-lease-operator/config', '{config}')
    .replaceAll(ADDRESS, new URL(vault.url).host);
}

export const COMMANDS = {
  /** The CA of that Vault, as a Secret. */
  ca: blockWith(KUSTOMIZE, 'sh', 'secret generic vault-ca'),
  /** Vault's side of encrypting lease records. */
  transit: blockWith(SECURITY, 'sh', 'transit/keys/lease-records\nvault policy'),
} as const;
