/** `npm ci` refuses a lockfile that leaves out a platform's package, and a registry that lacks one makes npm leave it out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface Entry {
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, Entry>>;
}

const ROOT = join(import.meta.dirname, '..');
const { packages }: Lockfile = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));

describe('the lockfile', () => {
  it('has the packages of every platform', () => {
    const wanted = Object.values(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    assert.ok(wanted.length > 50, 'the optional packages were not found');
    assert.deepEqual(
      wanted.filter((name) => !packages[`node_modules/${name}`]),
      [],
    );
  });

  it('names no registry, so that any may be used', () => {
    const resolved = Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined);
    assert.deepEqual(resolved, []);
  });
});
