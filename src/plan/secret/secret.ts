/**
 * A Kubernetes Secret as the planners see it: what is remembered of one, and what one shall be.
 * Same shapes as the reconcilers' ports; values are always sealed, digests never hold one.
 */
import type { OwnerReference } from '../../api/object.ts';
import type { Sealed } from '../../runtime/sealed.ts';

/** Each value's bytes as standard base64, which is how the API server speaks. Has no prototype when we made it. */
export type SecretData = Readonly<Record<string, string>>;

/** What is remembered of a Secret: never a value. */
export interface SecretDigest {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  /** VSO's MAC of the data, see secretMac. */
  readonly mac: string;
  readonly immutable: boolean;
}

/** Everything of a Secret but its values. */
export interface SecretFrame {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
}

/** A whole Secret as it shall be. */
export interface SecretBody extends SecretFrame {
  readonly data: Sealed<SecretData>;
}

/** The object that a Secret is written for. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}
