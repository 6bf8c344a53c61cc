import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { integer } from './der.ts';

describe('an integer in DER', () => {
  for (const [sentence, bytes, expected] of [
    ['as it is', [1, 2], '02020102'],
    ['not taken for a negative one', [0x80], '02020080'],
    ['without zeros in front that say nothing', [0, 0, 1], '020101'],
    ['with the one zero that says something', [0, 0x80], '02020080'],
    ['zero', [0, 0], '020100'],
  ] as const)
    it(sentence, () => assert.equal(integer(Buffer.from(bytes)).toString('hex'), expected));
});
