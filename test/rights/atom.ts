/**
 * The smallest thing that RBAC can grant and a request can use: a verb on a resource, somewhere, perhaps on one name.
 * Grants and uses are lists of the same atoms, so that they can be compared.
 */

export interface Atom {
  readonly group: string;
  /** With the subresource, as RBAC writes it: `serviceaccounts/token`. */
  readonly resource: string;
  readonly verb: string;
  readonly place: Place;
  /** "" for any, and for requests whose name no grant could know beforehand. */
  readonly name: string;
}

/** Of a grant: where it holds. Of a request: where it went; `everywhere` is a request without a namespace. */
export type Place = 'everywhere' | 'own namespace' | 'another namespace';

export function say({ group, resource, verb, place, name }: Atom): string {
  const full = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${full}${name === '' ? '' : ` "${name}"`} ${place === 'everywhere' ? '' : 'in '}${place}`;
}
