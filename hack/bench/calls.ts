/** Counts of calls by what they did, such as "create secrets", and what came between two counts. */

export type Calls = ReadonlyMap<string, number>;

export function callsOf(entries: Iterable<readonly [string, number]>): Calls {
  const calls = new Map<string, number>();
  for (const [name, count] of entries) calls.set(name, (calls.get(name) ?? 0) + count);
  return calls;
}

export function plus(a: Calls, b: Calls): Calls {
  return callsOf([...a, ...b]);
}

export function minus(a: Calls, b: Calls): Calls {
  return callsOf([...a, ...[...b].map(([name, count]) => [name, -count] as const)]);
}

/** How many of those whose name matches. */
export function sumOf(calls: Calls, pattern: RegExp = /./u): number {
  return [...calls].reduce((sum, [name, count]) => sum + (pattern.test(name) ? count : 0), 0);
}

/** "1.00 create secrets, 1.00 create events", per one of `objects`, largest first. */
export function perOne(calls: Calls, objects: number): string {
  return [...calls]
    .filter(([, count]) => count !== 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${(count / objects).toFixed(2)} ${name}`)
    .join(', ');
}
