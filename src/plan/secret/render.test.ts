import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../../api/json.ts';
import { seal } from '../../runtime/sealed.ts';
import { faultBy, json } from '../testing.ts';
import { type RenderOptions, renderSecret } from './render.ts';

const WITH_RAW = { excludeRaw: false };
const BARE = { excludeRaw: true };

/** Text of each key. */
function rendered(data: JsonObject, whole: JsonObject, options: RenderOptions) {
  const secret = renderSecret({ data: seal(data), whole: seal(whole) }, options).open();
  return Object.entries(secret).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString(),
  ]);
}

function plain(text: string, options: RenderOptions = BARE) {
  return rendered(json(text), json(text), options);
}

describe('renderSecret', () => {
  const rows: readonly [string, string, readonly [string, string][]][] = [
    [
      'strings as they are',
      '{"a":"x<y>\\n","b":""}',
      [
        ['a', 'x<y>\n'],
        ['b', ''],
      ],
    ],
    [
      'numbers as they were read',
      '{"a":1.0,"b":9007199254740993}',
      [
        ['a', '1.0'],
        ['b', '9007199254740993'],
      ],
    ],
    [
      'booleans and null as JSON',
      '{"a":true,"b":null}',
      [
        ['a', 'true'],
        ['b', 'null'],
      ],
    ],
    [
      'lists and objects as JSON of Go',
      '{"a":[{"z":"<","b":1}]}',
      [['a', '[{"b":1,"z":"\\u003c"}]']],
    ],
    [
      'every legal key',
      '{"-._aZ9":"x",".a":"y"}',
      [
        ['-._aZ9', 'x'],
        ['.a', 'y'],
      ],
    ],
    [
      'a key that is also a property of objects',
      '{"__proto__":"x","constructor":"y"}',
      [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ],
    ],
  ];
  for (const [name, source, want] of rows) it(name, () => assert.deepEqual(plain(source), want));

  it('writes the whole answer to _raw', () => {
    const whole = json('{"metadata":{"version":7},"data":{"b":"<","a":1.0}}');
    assert.deepEqual(rendered(json('{"b":"<","a":1.0}'), whole, WITH_RAW), [
      ['b', '<'],
      ['a', '1.0'],
      ['_raw', '{"data":{"a":1.0,"b":"\\u003c"},"metadata":{"version":7}}'],
    ]);
  });

  it('lets a source key be _raw when the answer does not go there', () =>
    assert.deepEqual(plain('{"_raw":"mine"}'), [['_raw', 'mine']]));

  it('does not show values', () =>
    assert.equal(
      JSON.stringify(
        renderSecret({ data: seal(json('{"a":"x"}')), whole: seal(json('{}')) }, BARE),
      ),
      '"[sealed]"',
    ));

  it('keeps every string byte by byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.deepEqual(plain(JSON.stringify({ key: text })), [['key', text]]);
      }),
    );
  });
});

describe('renderSecret refuses', () => {
  const long = 'k'.repeat(254);
  const rows: readonly [string, JsonObject, RenderOptions, string, RegExp][] = [
    [
      'a source key _raw that the answer would overwrite',
      json('{"_raw":"x"}'),
      WITH_RAW,
      'SecretKeyInvalid',
      /_raw.*excludeRaw/,
    ],
    ['a key with a space', json('{"a b":"x"}'), BARE, 'SecretKeyInvalid', /"a b"/],
    [
      'a key with a line end, and shows it escaped',
      json('{"a\\nb":"x"}'),
      BARE,
      'SecretKeyInvalid',
      /"a\\nb"/,
    ],
    ['an empty key', json('{"":"x"}'), BARE, 'SecretKeyInvalid', /key ""/],
    ['the key "."', json('{".":"x"}'), BARE, 'SecretKeyInvalid', /"\."/],
    ['a key that begins with two dots', json('{"..a":"x"}'), BARE, 'SecretKeyInvalid', /"\.\.a"/],
    [
      'a key that is too long, and shows its beginning',
      { [long]: 'x' },
      BARE,
      'SecretKeyInvalid',
      /"k{60}\.\.\."/,
    ],
    ['half a character in a value', { a: 'x\ud800' }, BARE, 'VaultAnswerInvalid', /"a".*Unicode/],
    [
      'half a character deep in a value',
      { a: [null, true, { b: '\udfff' }] },
      BARE,
      'VaultAnswerInvalid',
      /"a"/,
    ],
    [
      'half a character in a nested key',
      { a: { '\ud800': 'x' } },
      BARE,
      'VaultAnswerInvalid',
      /"a"/,
    ],
    [
      'more than 1 MiB',
      { a: 'x'.repeat(1024 * 1024 + 1) },
      BARE,
      'SecretTooLarge',
      /1 MiB.*store less/,
    ],
    [
      'more than 1 MiB because of _raw, and says how to leave it out',
      { a: 'x'.repeat(600_000) },
      WITH_RAW,
      'SecretTooLarge',
      /excludeRaw/,
    ],
  ];
  for (const [name, data, options, reason, message] of rows)
    it(name, () => {
      const fault = faultBy(() => rendered(data, data, options));
      assert.deepEqual([fault.kind, fault.reason], ['refused', reason]);
      assert.match(fault.message, message);
    });

  it('no key of 253 characters', () =>
    assert.equal(plain(JSON.stringify({ ['k'.repeat(253)]: 'x' })).length, 1));

  it('a key of 60 characters in full', () => {
    const fault = faultBy(() => plain(JSON.stringify({ ['/'.repeat(60)]: 'x' })));
    assert.match(fault.message, /"\/{60}"/);
  });

  it('no value of 1 MiB to the byte', () =>
    assert.doesNotThrow(() => plain(JSON.stringify({ a: 'x'.repeat(1024 * 1024) }))));

  it('a value without repeating it', () => {
    const fault = faultBy(() => plain('{"bad key":"hunter2"}'));
    assert.doesNotMatch(fault.message, /hunter2/);
  });
});
