import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { numberIn, parseJsonObject } from './json-text.ts';

const parse = (text: string) => parseJsonObject(Buffer.from(text));

describe('JSON from Vault', () => {
  for (const number of ['9007199254740993', '1.0', '1e400', '-0', '0.1', '12345678901234567890']) {
    it(`keeps the number ${number} as it was written`, () => {
      assert.equal(JSON.stringify(parse(`{"n":${number}}`)), `{"n":${number}}`);
    });
  }

  it('reads exact numbers as numbers where we count with them', () => {
    assert.equal(numberIn(parse('{"n":3600}')?.['n']), 3600);
    assert.equal(numberIn(parse('{"n":"3600"}')?.['n']), undefined);
  });

  it('gives objects without a prototype, so that no key reaches one', () => {
    const object = parse('{"__proto__":{"polluted":1},"constructor":2,"a":{"toString":3}}');
    assert.equal(Object.getPrototypeOf(object), null);
    assert.equal(Object.getPrototypeOf(object?.['a']), null);
    assert.deepEqual(Object.keys(object ?? {}), ['__proto__', 'constructor', 'a']);
    assert.equal('polluted' in {}, false);
  });

  const refused: Record<string, string> = {
    'no text at all': '',
    'text that is not JSON': '<html>proxy</html>',
    'a truncated object': '{"data":{"a":"b"',
    'an array at the top': '[1]',
    'a number at the top': '1',
    'a lone surrogate in a value': '{"a":"\\ud800"}',
    'a lone surrogate in a key': '{"\\udc00":1}',
    '65 levels': `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`,
    '100,000 levels of arrays': `{"a":${'['.repeat(100_000)}`,
    '10,001 keys': `{${Array.from({ length: 10_001 }, (_, n) => `"k${n}":1`).join()}}`,
    '1,000,000 values': `{"a":[${'0,'.repeat(1_000_000)}0]}`,
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.equal(parse(text), undefined));
  }

  it('refuses bytes that are not UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    assert.equal(parseJsonObject(bytes), undefined);
  });

  const accepted: Record<string, string> = {
    '64 levels': `${'{"a":'.repeat(64)}1${'}'.repeat(64)}`,
    '10,000 keys': `{${Array.from({ length: 10_000 }, (_, n) => `"k${n}":1`).join()}}`,
    'brackets and escaped quotes inside strings': `{"a":"\\"${'['.repeat(500)}\\\\","b":"${':,'.repeat(20_000)}"}`,
  };
  for (const [what, text] of Object.entries(accepted)) {
    it(`accepts ${what}`, () => assert.equal(JSON.stringify(parse(text)), text));
  }

  it('gives back any value that JSON can say', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(JSON.parse(JSON.stringify(parse(text))), JSON.parse(text));
      }),
    );
  });
});
