/**
 * The name of a thing that is reconciled. Equal refs are one unit of work.
 * Knows nothing of what the kinds mean.
 */
export interface Ref {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A map key. Unambiguous because neither namespaces nor names hold a slash. */
export function keyOf(ref: Ref): string {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

export function sameRef(a: Ref, b: Ref): boolean {
  return keyOf(a) === keyOf(b);
}
