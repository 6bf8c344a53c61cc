/**
 * Which VaultAuthGlobal a VaultAuth means, and whether it may use it: VSO's rules, in one place. Knows nothing of what
 * is taken from it.
 */
import type { VaultAuth, VaultAuthSpec } from '../../api/vault-auth.ts';
import type { VaultAuthGlobal } from '../../api/vault-auth-global.ts';
import { refused, waiting } from '../../runtime/fault.ts';
import {
  type Admission,
  DEFAULT_NAME,
  isAllowed,
  isOpenToAll,
  type NamedRef,
  nameOf,
} from './references.ts';

export interface GlobalWorld extends Admission {
  /** The operator's option allow-default-globals. */
  readonly allowDefaultGlobals: boolean;
  /** As seen from the namespace `home`: one that cannot be judged and may not be for us is not there. */
  readonly global: (ref: NamedRef, home: string) => VaultAuthGlobal | undefined;
}

/** The VaultAuthGlobal that a VaultAuth refers to; undefined when it refers to none. Throws when it may not be used. */
export function findGlobal(auth: VaultAuth, world: GlobalWorld): VaultAuthGlobal | undefined {
  const reference = auth.spec.vaultAuthGlobalRef;
  if (!reference) return undefined;
  const candidates = candidatesOf(reference, auth, world);
  const home = auth.metadata.namespace;
  const found = candidates
    .map((ref) => world.global(ref, home))
    .find((global) => global !== undefined);
  if (found && mayUse(found, auth, world)) return found;
  throw notUsable(auth, candidates, world);
}

function candidatesOf(
  { name, namespace, allowDefault }: NonNullable<VaultAuthSpec['vaultAuthGlobalRef']>,
  auth: VaultAuth,
  world: GlobalWorld,
): readonly NamedRef[] {
  const home = auth.metadata.namespace;
  if (name) return [{ namespace: namespace || home, name }];
  if (!allowDefault)
    throw refused(
      'InvalidReference',
      `spec.vaultAuthGlobalRef of ${title(auth)} has neither name nor allowDefault; set one of them`,
    );
  if (!world.allowDefaultGlobals)
    throw refused(
      'InvalidReference',
      `spec.vaultAuthGlobalRef.allowDefault of ${title(auth)} is not allowed by the operator's global-vault-auth-options; set spec.vaultAuthGlobalRef.name`,
    );
  const namespaces = namespace ? [namespace] : [...new Set([home, world.operatorNamespace])];
  return namespaces.map((each) => ({ namespace: each, name: DEFAULT_NAME }));
}

function mayUse(global: VaultAuthGlobal, auth: VaultAuth, world: GlobalWorld): boolean {
  const { namespace, name } = global.metadata;
  const { allowedNamespaces } = global.spec;
  const object = { namespace, name, allowedNamespaces };
  return isAllowed(object, auth.metadata.namespace, world);
}

/** The same words for "not there" and "not allowed", so that nobody learns what another namespace holds. */
function notUsable(auth: VaultAuth, candidates: readonly NamedRef[], world: GlobalWorld): Error {
  const home = auth.metadata.namespace;
  const names = candidates.map(nameOf).join(' nor ');
  const subject = `VaultAuthGlobal ${names} (spec.vaultAuthGlobalRef of ${title(auth)})`;
  const known = candidates.every((ref) => ref.namespace === home || isOpenToAll(ref, world));
  if (known)
    return waiting(
      'VaultAuthGlobalNotFound',
      `${subject} does not exist; create it or correct the reference`,
    );
  return waiting(
    'VaultAuthGlobalNotAllowed',
    `${subject} does not exist or does not allow namespace ${home}; create it or add ${home} to its spec.allowedNamespaces`,
  );
}

function title(auth: VaultAuth): string {
  return `VaultAuth ${nameOf(auth.metadata)}`;
}
