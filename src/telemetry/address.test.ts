import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddress } from './address.ts';

describe('a listening address', () => {
  for (const [text, address] of [
    [':8080', { port: 8080 }],
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:8081', { host: '::1', port: 8081 }],
    ['0', undefined],
    ['', undefined],
  ] as const) {
    it(`"${text}" is taken`, () => assert.deepEqual(parseAddress(text), address));
  }

  for (const text of [
    '8080',
    'a',
    ':x',
    ':65536',
    '::1:8080',
    'a b:80',
    'http://a:80',
    ':-1',
    ':',
  ]) {
    it(`"${text}" is refused with what is meant`, () => {
      assert.throws(() => parseAddress(text), { name: 'RangeError', message: /":port"/ });
    });
  }
});
