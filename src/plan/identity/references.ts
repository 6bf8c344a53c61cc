/**
 * How one object names another, and who may use what. One place for both, so that no reference is resolved by rules
 * of its own. Knows nothing of what is behind a name.
 */
import { refused } from '../../runtime/fault.ts';

export interface NamedRef {
  readonly namespace: string;
  readonly name: string;
}

/** Where a reference stands: `field` names it in faults, `home` is the namespace of the object that holds it. */
interface ReferenceScope {
  readonly field: string;
  readonly home: string;
  readonly operatorNamespace: string;
}

/** The object that is meant when nothing is named, and that is open to all in the operator's namespace. */
export const DEFAULT_NAME = 'default';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LEGAL_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const LEGAL_NAMESPACE = new RegExp(`^${LABEL}$`);

/** A DNS subdomain, as almost every name in Kubernetes. */
export function isLegalName(name: string): boolean {
  return name.length <= 253 && LEGAL_NAME.test(name);
}

export function isLegalNamespace(name: string): boolean {
  return name.length <= 63 && LEGAL_NAMESPACE.test(name);
}

/** "name" or "namespace/name"; nothing means "default" in the operator's namespace. Throws InvalidReference. */
export function parseReference(text: string | undefined, scope: ReferenceScope): NamedRef {
  if (!text) return { namespace: scope.operatorNamespace, name: DEFAULT_NAME };
  const parts = text.split('/');
  const [namespace = '', name = ''] = parts.length === 1 ? [scope.home, ...parts] : parts;
  if (parts.length <= 2 && isLegalNamespace(namespace) && isLegalName(name))
    return { namespace, name };
  throw refused(
    'InvalidReference',
    `${scope.field} is not a reference; write "name" or "namespace/name"`,
  );
}

/** Which objects may be open to every namespace. */
export interface Admission {
  readonly operatorNamespace: string;
  /** "namespace/name" of those that may; 'any' is VSO's meaning. */
  readonly openAuths: 'any' | readonly string[];
}

/**
 * VSO's rule for VaultAuth and VaultAuthGlobal: the same namespace, "default" of the operator's namespace, exactly
 * ["*"], or a namespace that is listed. "*" among others is a name like any other. The second and the third count
 * only for objects that may be open.
 */
export function isAllowed(
  object: NamedRef & { readonly allowedNamespaces?: readonly string[] | undefined },
  consumerNamespace: string,
  admission: Admission,
): boolean {
  if (object.namespace === consumerNamespace) return true;
  if (isOpenToAll(object, admission)) return true;
  const allowed = object.allowedNamespaces ?? [];
  if (isStarred(allowed)) return mayBeOpen(object, admission);
  return allowed.includes(consumerNamespace);
}

/** Its existence is no secret: everybody may use it. */
export function isOpenToAll(ref: NamedRef, admission: Admission): boolean {
  return isDefault(ref, admission) && mayBeOpen(ref, admission);
}

/** Whether an object says that it is open to every namespace: by its name, or by what it lists. */
export function asksToBeOpen(
  object: NamedRef & { readonly allowedNamespaces?: readonly string[] | undefined },
  admission: Admission,
): boolean {
  return isDefault(object, admission) || isStarred(object.allowedNamespaces ?? []);
}

function isDefault(ref: NamedRef, { operatorNamespace }: Admission): boolean {
  return ref.namespace === operatorNamespace && ref.name === DEFAULT_NAME;
}

function isStarred(allowed: readonly string[]): boolean {
  return allowed.length === 1 && allowed[0] === '*';
}

function mayBeOpen(ref: NamedRef, { openAuths }: Admission): boolean {
  return openAuths === 'any' || openAuths.includes(nameOf(ref));
}

export function nameOf(ref: NamedRef): string {
  return `${ref.namespace}/${ref.name}`;
}
