/** The seven kinds of the group that we serve. Kinds of the group that belong to others (CSISecrets, HCP*) are not ours to touch. */
import type { Resource } from './object.ts';
import type { Infer } from './schema.ts';
import { secretTransformation } from './secret-transformation.ts';
import { vaultAuth } from './vault-auth.ts';
import { vaultAuthGlobal } from './vault-auth-global.ts';
import { vaultConnection } from './vault-connection.ts';
import { vaultDynamicSecret } from './vault-dynamic-secret.ts';
import { vaultPKISecret } from './vault-pki-secret.ts';
import { vaultStaticSecret } from './vault-static-secret.ts';

export const KINDS = {
  VaultConnection: vaultConnection,
  VaultAuth: vaultAuth,
  VaultAuthGlobal: vaultAuthGlobal,
  VaultStaticSecret: vaultStaticSecret,
  VaultDynamicSecret: vaultDynamicSecret,
  VaultPKISecret: vaultPKISecret,
  SecretTransformation: secretTransformation,
} as const;

export type KindName = keyof typeof KINDS;

export function isKindName(kind: string): kind is KindName {
  return Object.hasOwn(KINDS, kind);
}

export type SpecOf<Kind extends KindName> = Infer<(typeof KINDS)[Kind]['spec']>;
export type StatusOf<Kind extends KindName> = Infer<(typeof KINDS)[Kind]['status']>;
export type ObjectOf<Kind extends KindName> = Resource<Kind, SpecOf<Kind>, StatusOf<Kind>>;
