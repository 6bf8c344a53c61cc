import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameCluster, stampOf } from './cluster-stamp.ts';

describe('a record is of this cluster', () => {
  const rows: readonly [string, string[], string[], boolean][] = [
    ['written and read with all rights', ['sys', 'own'], ['sys', 'own'], true],
    ['written by a namespaced operator', ['own'], ['sys', 'own'], true],
    ['read by a namespaced operator', ['sys', 'own'], ['own'], true],
    ['written before the own namespace was made anew', ['sys', 'old'], ['sys', 'own'], true],
    ['restored in another cluster', ['sys', 'own'], ['other-sys', 'other-own'], false],
    ['restored in another cluster, namespaced', ['own'], ['other-own'], false],
    ['of a uid that only begins alike', ['own'], ['own-2'], false],
  ];
  for (const [name, written, read, expected] of rows)
    it(`${expected ? 'yes' : 'no'}: ${name}`, () =>
      assert.equal(isSameCluster(stampOf(written), stampOf(read)), expected));
});
