import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orLookAt } from './due.ts';

const NOW = 1_000;
const LENT = { create: false };

describe('the next look at a Secret with a credential', () => {
  const rows: readonly [string, { create: boolean }, number | undefined, number | undefined][] = [
    ['of our own is when the credential is due', { create: true }, 5, 5],
    ['of our own is told by the watch', { create: true }, undefined, undefined],
    ['that is lent comes by itself, as nobody watches it', LENT, undefined, NOW + 600_000],
    ['that is lent waits for no credential that lasts longer', LENT, NOW + 600_001, NOW + 600_000],
    ['that is lent is earlier when the credential is due', LENT, NOW + 1, NOW + 1],
  ];
  for (const [name, destination, dueAt, want] of rows)
    it(name, () => assert.equal(orLookAt(destination, dueAt, NOW), want));
});
