import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { seal } from './sealed.ts';

const SECRET = 'canary-4711-hunter2';

describe('a sealed value', () => {
  const sealed = seal({ password: SECRET });
  const ways: readonly (readonly [string, () => string])[] = [
    ['JSON', () => JSON.stringify({ deep: [sealed] })],
    ['a template', () => `value: ${String(sealed)}`],
    ['concatenation', () => ['', sealed].join()],
    ['inspect', () => inspect({ deep: { sealed } }, { depth: 9, showHidden: true })],
    ['inspect without custom forms', () => inspect(sealed, { customInspect: false })],
    ['format', () => format('%s %o %O %j', sealed, sealed, sealed, sealed)],
    ['its keys', () => JSON.stringify(Object.entries(sealed))],
    ['a copy of its fields', () => JSON.stringify(Object.assign({}, sealed))],
    ['structured clone', () => inspect(structuredClone(sealed))],
    ['serialization', () => serialize(sealed).toString('latin1')],
    ['an error that carries it', () => inspect(new Error('failed', { cause: sealed }))],
    ['a changed one', () => inspect(sealed.map((value) => value.password))],
  ];
  for (const [way, print] of ways) {
    it(`does not print itself by ${way}`, () => {
      assert.ok(!print().includes(SECRET), print());
    });
  }

  it('says that it is sealed', () => {
    assert.equal(JSON.stringify({ sealed }), '{"sealed":"[sealed]"}');
    assert.equal(String(sealed), '[sealed]');
  });

  it('opens to the value, and changes without being opened', () => {
    assert.equal(sealed.map((value) => value.password.length).open(), SECRET.length);
    assert.deepEqual(sealed.open(), { password: SECRET });
  });
});
