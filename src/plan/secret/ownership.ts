/**
 * Whose a Secret is. Labels and the owner reference are VSO's, to the letter, so Secrets change hands in both
 * directions without a rewrite. Knows nothing of what is inside.
 */
import type { OwnerReference } from '../../api/object.ts';
import type { Owner, SecretDigest } from './secret.ts';

/** Every annotation of ours on Secrets starts with it, and whatever starts with it is ours. */
export const ANNOTATION_PREFIX = 'vault-lease-operator/';
/** The label that says which object a Secret was made for. */
export const OWNER_UID_LABEL = 'secrets.hashicorp.com/vso-ownerRefUID';

/** The labels that every Secret of ours has, whoever it belongs to: what is watched. */
export const KIND_LABELS: Readonly<Record<string, string>> = {
  'app.kubernetes.io/name': 'vault-secrets-operator',
  'app.kubernetes.io/managed-by': 'hashicorp-vso',
  'app.kubernetes.io/component': 'secret-sync',
};

/** The labels of a Secret made for the object with this uid. */
export function ownerLabels(uid: string): Readonly<Record<string, string>> {
  return { ...KIND_LABELS, [OWNER_UID_LABEL]: uid };
}

/** No controller and no blockOwnerDeletion, as VSO: garbage collection is all that it is for. */
export function ownerReference(owner: Owner): OwnerReference {
  const { apiVersion, kind, name, uid } = owner;
  return { apiVersion, kind, name, uid };
}

/**
 * ours        - made for this object; one of label and reference may have been edited away
 * predecessor - made for an earlier object of the same kind and name, which is gone, as this one has its name
 * sibling     - made for another object of our kinds
 * controlled  - another controller says it is its own
 * free        - nobody's that we know
 */
export type Ownership = 'ours' | 'predecessor' | 'sibling' | 'controlled' | 'free';

/** Labels and references alone tell. */
type Labelled = Pick<SecretDigest, 'labels' | 'ownerReferences'>;

export function ownershipOf(secret: Labelled, owner: Owner): Ownership {
  const references = secret.ownerReferences;
  const refersToUs = references.some((reference) => reference.uid === owner.uid);
  const others = references.filter((reference) => reference.uid !== owner.uid);
  if (others.some((reference) => reference.controller)) return 'controlled';
  if (refersToUs) return 'ours';
  if (!bearsOwnerLabels(secret)) return 'free';
  if (others.length === 0) return isLabelledFor(secret, owner) ? 'ours' : 'sibling';
  return others.every((reference) => isNamesake(reference, owner)) ? 'predecessor' : 'sibling';
}

function bearsOwnerLabels(secret: Labelled): boolean {
  const wanted = Object.entries(KIND_LABELS);
  return (
    Object.hasOwn(secret.labels, OWNER_UID_LABEL) ||
    wanted.every(([key, value]) => secret.labels[key] === value)
  );
}

function isLabelledFor(secret: Labelled, owner: Owner): boolean {
  return secret.labels[OWNER_UID_LABEL] === owner.uid;
}

function isNamesake(reference: OwnerReference, owner: Owner): boolean {
  return (
    reference.apiVersion === owner.apiVersion &&
    reference.kind === owner.kind &&
    reference.name === owner.name
  );
}
