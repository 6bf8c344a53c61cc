import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectedName } from './selectors.ts';

describe('the name in a field selector', () => {
  const rows: readonly [selector: string, name: string][] = [
    ['metadata.name=a', 'a'],
    ['metadata.name==a', 'a'],
    ['type=Opaque,metadata.name=a', 'a'],
    ['metadata.name!=a', ''],
    ['metadata.namespace=a', ''],
    ['', ''],
  ];
  for (const [selector, name] of rows)
    it(`of "${selector}" is "${name}"`, () => assert.equal(selectedName(selector), name));
});
