/** An object from the store in its checked form. Says what is wrong with it by a fault that names the field. */
import type { KindName, ObjectOf } from '../api/kinds.ts';
import { type FieldProblem, supported, validate } from '../api/validate.ts';
import type { Owner } from '../plan/secret/secret.ts';
import { refused } from '../runtime/fault.ts';
import type { StoredObject } from './ports.ts';

/** Throws InvalidSpec or NotSupportedYet. */
export function checked<Kind extends KindName>(kind: Kind, stored: StoredObject): ObjectOf<Kind> {
  const result = validate(kind, stored);
  if (!result.ok) throw refused('InvalidSpec', sentence(result.errors));
  const missing = supported(kind, result.object.spec);
  if (missing.length > 0) throw refused('NotSupportedYet', sentence(missing));
  return result.object;
}

export function ownerOf({ apiVersion, kind, metadata }: StoredObject): Owner {
  const { namespace, name, uid } = metadata;
  return { apiVersion, kind, namespace, name, uid };
}

function sentence(problems: readonly FieldProblem[]): string {
  return problems.map(({ field, problem }) => `${field} ${problem}`).join('; ');
}
