/**
 * A VaultAuth and its VaultAuthGlobal made one. Precedence is VSO's: the VaultAuth, then the block of its method in
 * the global, then the global's defaults. What the method needs besides is judged in auth-login.ts.
 */
import type { VaultAuth, VaultAuthSpec } from '../../api/vault-auth.ts';
import type { VaultAuthGlobal, VaultAuthGlobalSpec } from '../../api/vault-auth-global.ts';
import { refused } from '../../runtime/fault.ts';
import { type LoginPlan, type Method, planLogin } from './auth-login.ts';
import { nameOf } from './references.ts';

type Strings = Readonly<Record<string, string>>;

export interface MergedAuth {
  /** Path of the auth mount, without "auth/". */
  readonly mount: string;
  /** Vault namespace of the login; "" is the root. */
  readonly namespace: string;
  /** Sent with the login only. */
  readonly headers: Strings;
  /** How to log in, but for the namespace of the consumer. */
  readonly login: LoginPlan;
}

/** What the blocks of all methods have in a VaultAuthGlobal. */
interface Block {
  readonly mount?: string;
  readonly namespace?: string;
  readonly headers?: Strings;
}

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
  const name = methodOf(auth, global);
  const layers: Layers = { auth, global, own: auth.spec, method: all[name] ?? {}, all };
  const { own, method } = layers;
  const preset = name === 'cert' ? 'cert' : undefined;
  return {
    login: planLogin(name, auth, global),
    mount: needed(layers, 'spec.mount', [own.mount, method.mount, all.defaultMount, preset]),
    namespace: firstOf([own.namespace, method.namespace, all.defaultVaultNamespace]),
    headers: mergeHeaders(layers),
  };
}

function methodOf(auth: VaultAuth, global: VaultAuthGlobal | undefined): Method {
  const layers = { auth, global };
  const { method: own } = auth.spec;
  const candidates = [own, global?.spec.defaultAuthMethod];
  const method = needed(layers, 'spec.method', candidates);
  if (isSupported(method)) return method;
  const field = own ? 'spec.method' : 'spec.method (from its VaultAuthGlobal)';
  throw refused(
    'NotSupportedYet',
    `VaultAuth ${nameOf(auth.metadata)}: ${field} ${method} has no behaviour in this version; use kubernetes, jwt, appRole or cert`,
  );
}

function isSupported(method: string): method is Method {
  return method === 'kubernetes' || method === 'jwt' || method === 'appRole' || method === 'cert';
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
  { auth, global }: Pick<Layers, 'auth' | 'global'>,
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
