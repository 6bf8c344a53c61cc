/**
 * A VaultAuth and its VaultAuthGlobal made one. Precedence is VSO's: the VaultAuth, then the block of its method in
 * the global, then the global's defaults. What is missing after that is refused, naming the field.
 */
import type { VaultAuth, VaultAuthSpec } from '../api/vault-auth.ts';
import type { VaultAuthGlobal, VaultAuthGlobalSpec } from '../api/vault-auth-global.ts';
import { refused } from '../runtime/fault.ts';
import { isLegalName, nameOf } from './references.ts';

type Strings = Readonly<Record<string, string>>;

interface KubernetesSettings {
  readonly role: string;
  readonly serviceAccount: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

export interface MergedAuth {
  /** Path of the auth mount, without "auth/". */
  readonly mount: string;
  /** Vault namespace of the login; "" is the root. */
  readonly namespace: string;
  /** Sent with the login only. */
  readonly headers: Strings;
  readonly kubernetes: KubernetesSettings;
}

type Block = Partial<NonNullable<VaultAuthGlobalSpec['kubernetes']>> & {
  readonly tokenExpirationSeconds: number;
};
/** Where there is none, the default of the schema. */
const NO_BLOCK: Block = { tokenExpirationSeconds: 600 };

/** The three layers that a value can come from; the first that is not empty wins. */
interface Layers {
  readonly auth: VaultAuth;
  readonly global: VaultAuthGlobal | undefined;
  readonly own: VaultAuthSpec;
  readonly method: Block;
  readonly all: VaultAuthGlobalSpec;
}

/** Throws InvalidSpec or NotSupportedYet. */
export function mergeAuth(auth: VaultAuth, global: VaultAuthGlobal | undefined): MergedAuth {
  const all = global?.spec ?? {};
  const layers: Layers = { auth, global, own: auth.spec, method: all.kubernetes ?? NO_BLOCK, all };
  refuseOtherMethods(layers);
  const { own, method } = layers;
  return {
    kubernetes: mergeKubernetes(layers),
    mount: needed(layers, 'spec.mount', [own.mount, method.mount, all.defaultMount]),
    namespace: firstOf([own.namespace, method.namespace, all.defaultVaultNamespace]),
    headers: mergeHeaders(layers),
  };
}

function refuseOtherMethods(layers: Layers): void {
  const { own, all, auth } = layers;
  const method = needed(layers, 'spec.method', [own.method, all.defaultAuthMethod]);
  if (method === 'kubernetes') return;
  const field = own.method ? 'spec.method' : 'spec.method (from its VaultAuthGlobal)';
  throw refused(
    'NotSupportedYet',
    `VaultAuth ${nameOf(auth.metadata)}: ${field} ${method} has no behaviour in this version; use kubernetes`,
  );
}

/** The default of tokenExpirationSeconds stands in every block, so a VaultAuth with a block always wins, as with VSO. */
function mergeKubernetes(layers: Layers): KubernetesSettings {
  const { method } = layers;
  const own: Block = layers.own.kubernetes ?? method;
  const account = [own.serviceAccount, method.serviceAccount];
  const lists = [own.audiences, method.audiences];
  return {
    role: needed(layers, 'spec.kubernetes.role', [own.role, method.role]),
    serviceAccount: legal(layers, needed(layers, 'spec.kubernetes.serviceAccount', account)),
    audiences: lists.find((list) => list?.length) ?? [],
    expirationSeconds: own.tokenExpirationSeconds,
  };
}

/** `union` of all, `replace` for the first layer that has any, else those of the VaultAuth alone. */
function mergeHeaders({ own, method, all }: Layers): Strings {
  const layers: Strings[] = [own.headers ?? {}, method.headers ?? {}, all.headers ?? {}];
  const strategy = own.vaultAuthGlobalRef?.mergeStrategy?.headers;
  if (strategy === 'union') return Object.assign({}, ...layers.toReversed());
  const chosen = strategy === 'replace' ? layers : layers.slice(0, 1);
  return chosen.find((headers) => Object.keys(headers).length > 0) ?? {};
}

function firstOf(values: readonly (string | undefined)[]): string {
  return values.find((value) => value) ?? '';
}

function needed(
  { auth, global }: Layers,
  field: string,
  values: readonly (string | undefined)[],
): string {
  const value = firstOf(values);
  if (value) return value;
  const elsewhere = global ? ` or in VaultAuthGlobal ${nameOf(global.metadata)}` : '';
  throw refused(
    'InvalidSpec',
    `VaultAuth ${nameOf(auth.metadata)}: ${field} is missing; set it there${elsewhere}`,
  );
}

function legal({ auth }: Layers, serviceAccount: string): string {
  if (isLegalName(serviceAccount)) return serviceAccount;
  throw refused(
    'InvalidSpec',
    `VaultAuth ${nameOf(auth.metadata)}: spec.kubernetes.serviceAccount is no name of a ServiceAccount; correct it`,
  );
}
