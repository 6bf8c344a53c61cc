// The golden file was printed by Go 1.26.8: json.Decoder with UseNumber into map[string]any, then json.Marshal.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Json } from '../../api/json.ts';
import { json } from '../testing.ts';
import { goJson } from './go-json.ts';

interface Golden {
  readonly name: string;
  readonly json: string;
  readonly go: string;
}

const GOLDEN: readonly Golden[] = JSON.parse(
  readFileSync(new URL('go-json.golden.json', import.meta.url), 'utf8'),
);

describe('goJson prints as Go does', () => {
  for (const { name, json: text, go } of GOLDEN)
    it(name, () => assert.equal(goJson(json(text)), go));
});

const text = fc.string({ unit: 'binary' });
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(null, true, false, JSON.rawJSON('1.0'), JSON.rawJSON('9007199254740993')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: false }),
  ),
}));

describe('goJson', () => {
  it('holds what went in', () => {
    fc.assert(
      fc.property(value, (any) => {
        assert.deepEqual(JSON.parse(goJson(any)), JSON.parse(JSON.stringify(any)));
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (object) => {
        const turned = Object.fromEntries(Object.entries(object).toReversed());
        assert.equal(goJson(turned), goJson(object));
      }),
    );
  });

  it('sorts keys by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text), (keys) => {
        const printed = goJson(Object.fromEntries(keys.map((key) => [key, null])));
        const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        assert.equal(printed, `{${sorted.map((key) => `${goJson(key)}:null`).join()}}`);
      }),
    );
  });
});
