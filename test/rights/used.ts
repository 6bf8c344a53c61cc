/**
 * What the operator used of the Kubernetes API while a test file played, kept in a folder that all files of a run share.
 * A file that played only some of its scenarios keeps nothing: what it did not use proves nothing.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Seen } from '../fakes/api-server/record.ts';
import type { Atom, Place } from './atom.ts';
import type { Account } from './granted.ts';

/** Names the folder. Without it nothing is kept. */
export const FOLDER_VARIABLE = 'RIGHTS_USED_FOLDER';

const FILTERS = ['--test-name-pattern', '--test-skip-pattern', '--test-only'];

interface Kept {
  readonly file: string;
  readonly used: readonly Atom[];
}

export function keepUsed(seen: readonly Seen[], account: Account): void {
  const folder = process.env[FOLDER_VARIABLE];
  const isPart = process.execArgv.some((flag) => FILTERS.includes(flag.split('=')[0] ?? ''));
  if (folder === undefined || isPart) return;
  const kept: Kept = { file: basename(process.argv[1] ?? ''), used: usedBy(seen, account) };
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(kept));
}

/** Everything that was kept, each once, and the test files that kept it. */
export function usedIn(folder: string): { readonly files: Set<string>; readonly used: Atom[] } {
  const all = readdirSync(folder).map(
    (name): Kept => JSON.parse(readFileSync(join(folder, name), 'utf8')),
  );
  return {
    files: new Set(all.map(({ file }) => file)),
    used: once(all.flatMap(({ used }) => used)),
  };
}

/** Also what was refused: the operator wanted it. */
export function usedBy(seen: readonly Seen[], account: Account): Atom[] {
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const mine = seen.filter((each) => each.user === user && each.resource !== '');
  return once(mine.map((each) => atomOf(each, account.namespace)));
}

function atomOf(seen: Seen, ownNamespace: string): Atom {
  const { group, resource, subresource, verb, namespace, name } = seen;
  const place = placeOf(namespace, ownNamespace);
  return {
    group,
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    verb,
    place,
    name: place === 'another namespace' && resource !== 'namespaces' ? '' : name,
  };
}

function placeOf(namespace: string, ownNamespace: string): Place {
  if (namespace === '') return 'everywhere';
  return namespace === ownNamespace ? 'own namespace' : 'another namespace';
}

function once(atoms: readonly Atom[]): Atom[] {
  return [...new Map(atoms.map((atom) => [JSON.stringify(atom), atom])).values()];
}
