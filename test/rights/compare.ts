/**
 * Rights granted against rights used. A use counts for the narrowest grant that permits it, so a grant that is wider
 * than what it is used for is as spare as one that is not used at all.
 */
import { type Atom, say } from './atom.ts';

/** One sentence per difference; none when the rights are exactly those that were used. */
export function differences(granted: readonly Atom[], used: readonly Atom[]): string[] {
  const narrowestFirst = granted.toSorted((one, other) => widthOf(one) - widthOf(other));
  const needed = new Set<Atom>();
  const missing: string[] = [];
  for (const use of used) {
    const grant = narrowestFirst.find((each) => permits(each, use));
    if (grant) needed.add(grant);
    else missing.push(`not granted: ${say(use)}`);
  }
  const spare = granted.filter((grant) => !needed.has(grant));
  return [...missing, ...spare.map((grant) => `granted and not used: ${say(grant)}`)];
}

function permits(grant: Atom, use: Atom): boolean {
  return (
    grant.group === use.group &&
    grant.resource === use.resource &&
    grant.verb === use.verb &&
    (grant.place === 'everywhere' || grant.place === use.place) &&
    (grant.name === '' || grant.name === use.name)
  );
}

function widthOf({ place, name }: Atom): number {
  return (place === 'everywhere' ? 2 : 0) + (name === '' ? 1 : 0);
}
