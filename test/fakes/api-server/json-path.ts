/** The JSONPath of printer columns: fields, indexes, and the filter `[?(@.field=="value")]`. Gives the first match. */
import { fieldsOf, listOf } from './objects.ts';

const STEP = /\.?([\w-]+)|\[(\d+)\]|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]|\['([^']+)'\]/y;

export function jsonPath(value: unknown, path: string): unknown {
  const scan = new RegExp(STEP);
  let here = value;
  while (scan.lastIndex < path.length && here !== undefined) {
    const match = scan.exec(path);
    if (match === null) return undefined;
    here = step(here, match);
  }
  return here;
}

function step(
  here: unknown,
  [, field, index, filtered, wanted, quoted]: readonly (string | undefined)[],
): unknown {
  if (index !== undefined) return listOf(here)[Number(index)];
  if (filtered !== undefined)
    return listOf(here).find((item) => jsonPath(item, filtered) === wanted);
  return fieldsOf(here)[field ?? quoted ?? ''];
}
