/**
 * Strategic merge for the built-in kinds: lists of objects merge by the key that their field has in the Kubernetes
 * API, with the directives that kubectl sends. Lists without a known key are replaced. Server-side apply merges
 * the same way.
 */
import { type Fields, fieldsOf, isFields, listOf } from './objects.ts';

/** From the patchMergeKey tags of k8s.io/api, for the kinds served here. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  ports: ['containerPort', 'port'],
};
/** Lists of scalars that merge as sets. */
const SETS: readonly string[] = ['finalizers'];

export function strategicMerge(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  if (patch['$patch'] === 'replace') return dropped(patch, ['$patch']);
  const result: Fields = { ...fieldsOf(target) };
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) applyDirective(result, name, value);
    else if (value === null) delete result[name];
    else result[name] = mergedField(name, result[name], value);
  }
  return result;
}

function applyDirective(result: Fields, directive: string, value: unknown): void {
  const [kind, field] = directive.split('/');
  if (field === undefined) return;
  if (kind === '$deleteFromPrimitiveList')
    result[field] = listOf(result[field]).filter((item) => !listOf(value).includes(item));
  // $setElementOrder and $retainKeys only reorder, and order has no meaning here.
}

function mergedField(name: string, target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) return strategicMerge(target, patch);
  if (SETS.includes(name)) return [...new Set([...listOf(target), ...patch])];
  const key = MERGE_KEYS[name]?.find((each) => patch.every((item) => each in fieldsOf(item)));
  return key === undefined ? patch : mergedList(listOf(target), patch.map(fieldsOf), key);
}

function mergedList(target: readonly unknown[], patch: readonly Fields[], key: string): unknown[] {
  const result = [...target];
  for (const item of patch) {
    const index = result.findIndex((each) => fieldsOf(each)[key] === item[key]);
    if (item['$patch'] === 'delete') result.splice(index, index < 0 ? 0 : 1);
    else if (index < 0) result.push(item);
    else result[index] = strategicMerge(result[index], item);
  }
  return result;
}

function dropped(value: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/**
 * Server-side apply, as far as one manager at a time goes: what the manager applied before and leaves out now is
 * removed, the rest is merged. Ownership conflicts between managers are not judged.
 */
export function applyMerge(target: unknown, before: unknown, now: unknown): unknown {
  return strategicMerge(removed(target, before, now), now);
}

function removed(target: unknown, before: unknown, now: unknown): unknown {
  if (!isFields(target) || !isFields(before)) return target;
  const entries = Object.entries(target).flatMap(([name, value]) => {
    if (!Object.hasOwn(before, name)) return [[name, value]];
    if (!isFields(now) || !Object.hasOwn(now, name))
      return isFields(value) ? kept(name, value, before[name]) : [];
    return [[name, removed(value, before[name], now[name])]];
  });
  return Object.fromEntries(entries);
}

/** An object left out as a whole loses only what this manager had put in. */
function kept(name: string, value: Fields, before: unknown): [string, unknown][] {
  const rest = fieldsOf(removed(value, before, {}));
  return Object.keys(rest).length > 0 ? [[name, rest]] : [];
}
