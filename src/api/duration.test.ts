/** The language of durations, by example and by property. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { LONGEST_MS, parseDuration } from './duration.ts';

const read: readonly [string, number][] = [
  ['0s', 0],
  ['10s', 10_000],
  ['1.5h', 5_400_000],
  ['0.001s', 1],
  ['0.0004s', 0],
  ['90m', 5_400_000],
  ['7d', 604_800_000],
  ['007s', 7_000],
  ['87600h', LONGEST_MS],
];

describe('parseDuration', () => {
  for (const [text, ms] of read) {
    it(`"${text}" is ${ms} ms`, () => assert.equal(parseDuration(text), ms));
  }

  const refused = [
    '',
    ' ',
    's',
    '10',
    '10 s',
    '-1s',
    '+1s',
    '1h30m',
    '500ms',
    '1.s',
    '.5s',
    '1e3s',
  ];
  const alsoRefused = ['10s\n', '10S', '1w', '١s', 'toString', '1__proto__', 'Infinitys', '0x10s'];

  for (const text of [...refused, ...alsoRefused]) {
    it(`${JSON.stringify(text)} is no duration`, () =>
      assert.throws(() => parseDuration(text), {
        name: 'RangeError',
        message: /number and one unit/,
      }));
  }

  for (const text of ['87601h', '3651d', `${'9'.repeat(400)}s`]) {
    it(`"${text.slice(0, 12)}" is too long`, () =>
      assert.throws(() => parseDuration(text), { name: 'RangeError', message: /10 years/ }));
  }

  const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  const unit = fc.constantFrom('s', 'm', 'h', 'd');

  it('whole amounts are exact, whatever the unit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3_650 }), unit, (amount, letter) =>
        assert.equal(parseDuration(`${amount}${letter}`), amount * units[letter]),
      ),
    );
  });

  it('a fraction of a millisecond is the only thing that is lost', () => {
    const amount = fc.tuple(fc.nat({ max: 3_649 }), fc.stringMatching(/^[0-9]{1,6}$/));
    fc.assert(
      fc.property(amount, unit, ([whole, fraction], letter) => {
        const exact = Number(`${whole}.${fraction}`) * units[letter];
        assert.ok(Math.abs(parseDuration(`${whole}.${fraction}${letter}`) - exact) <= 0.5);
      }),
    );
  });

  it('any other text is refused, and never repeated in the message', () => {
    const text = fc
      .string({ minLength: 1 })
      .filter((each) => !/^[0-9]+(\.[0-9]+)?[smhd]$/.test(each));
    fc.assert(
      fc.property(text, (each) =>
        assert.throws(() => parseDuration(`#${each}`), {
          message: 'must be a number and one unit (s, m or h), such as 30s or 1.5h',
        }),
      ),
    );
  });
});
